"""A ticket's page and what may be done there, for whoever may see it."""

from services.portal.views.tickets import deeds, drafts, files, show, work
from services.portal.views.tickets.blueprint import blueprint

__all__ = ["blueprint", "deeds", "drafts", "files", "show", "work"]
