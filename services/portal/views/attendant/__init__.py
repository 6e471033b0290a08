"""The attendants' pages: the queue with its preview, its saved views, what is done to many
tickets at once, and answers written beforehand."""

from services.portal.views.attendant import answers, bulk, opening, queue, saved
from services.portal.views.attendant.blueprint import blueprint

__all__ = ["answers", "blueprint", "bulk", "opening", "queue", "saved"]
