"""The attendants' pages: the queue with its preview, and what is done to many tickets at once."""

from services.portal.views.attendant import bulk, queue
from services.portal.views.attendant.blueprint import blueprint

__all__ = ["blueprint", "bulk", "queue"]
