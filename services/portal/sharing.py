"""With whom a ticket is shared by name, and until when, for who may change that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.portal import door, shapes
from services.portal.ask import Refused
from services.portal.shapes import Ticket
from shared import clock
from shared.errors import Retryable


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Somebody who may read the ticket and write in its discussion, until an instant."""

    id: str
    person: Named
    by: Named
    expires_at: datetime


def present(ticket: Ticket) -> list[Share] | None:
    """The shares that have not ended; None for who may not share it, or where they cannot be asked."""
    if not ticket.may("share"):
        return None
    try:
        found = door.asker().get("ticket", f"/v1/tickets/{ticket.id}/shares", limit=100)
    except (Refused, Retryable):
        return None
    return [each for each in shapes.several(found, Share) if each.expires_at > clock.now()]
