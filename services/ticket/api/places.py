"""Where a list goes on, and where an operation is found."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from services.ticket.rules.answers import TicketShown
from shared.errors import Invalid, Message
from shared.http import Cursor, Page, encode_cursor


def place() -> str | None:
    """The id at which the page before ended, or None at the beginning. Raises Invalid."""
    keys = Cursor.read()
    if keys is None:
        return None
    try:
        return str(uuid.UUID(str(keys[0])))
    except (ValueError, IndexError) as error:
        wrong = Message("This is not a cursor that an answer gave")
        raise Invalid("Correct the fields named and send it again", fields={"cursor": [wrong]}) from error


def page(rows: Sequence[Any], most: int) -> Page:
    """A page of `most` of the rows, of which one more was read."""
    items = rows[:most]
    return Page(items, encode_cursor([items[-1].id]) if len(rows) > most else None)


def ticket_at(ticket: TicketShown) -> str:
    """Where the ticket is; where its operation is, while one is pending."""
    if ticket.pending is None:
        return f"/v1/tickets/{ticket.id}"
    return f"/v1/tickets/{ticket.id}/operations/{ticket.pending.id}"
