"""The administrators' pages."""

from services.portal.views.admin import start
from services.portal.views.admin.blueprint import blueprint

__all__ = ["blueprint", "start"]
