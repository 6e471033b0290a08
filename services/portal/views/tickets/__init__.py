"""A ticket's page and what may be done there, for whoever may see it."""

from services.portal.views.tickets import answers, clock, deeds, drafts, files, opening, sharing, show, work
from services.portal.views.tickets.blueprint import blueprint

__all__ = ["answers", "blueprint", "clock", "deeds", "drafts", "files", "opening", "sharing", "show", "work"]
