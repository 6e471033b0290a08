"""The client's pages: their tickets, a new request, a ticket."""

from services.portal.views.client import home, new
from services.portal.views.client.blueprint import blueprint

__all__ = ["blueprint", "home", "new"]
