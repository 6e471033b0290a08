"""Where a list goes on, and where an operation is found."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from services.ticket.queries.lists import Listed
from services.ticket.rules.answers import TicketShown
from shared.errors import Invalid, Message
from shared.http import Cursor, Page, encode_cursor

NEVER: Final = "infinity"
LONGEST: Final = 2


def place() -> str | None:
    """The id at which the page before ended, or None at the beginning. Raises Invalid."""
    keys = Cursor.read()
    if keys is None:
        return None
    try:
        return str(uuid.UUID(str(keys[0])))
    except (ValueError, IndexError) as error:
        raise _no_cursor() from error


def page(rows: Sequence[Any], most: int) -> Page:
    """A page of `most` of the rows, of which one more was read."""
    items = rows[:most]
    return Page(items, encode_cursor([items[-1].id]) if len(rows) > most else None)


def list_place() -> tuple[str, ...]:
    """The place at which the page of tickets before ended, empty at the beginning. Raises Invalid."""
    keys = Cursor.read()
    if keys is None:
        return ()
    try:
        *since, id = keys
        whole = (*(_instant(s) for s in since), str(uuid.UUID(str(id))))
    except ValueError as error:
        raise _no_cursor() from error
    if len(whole) > LONGEST:
        raise _no_cursor()
    return whole


def list_page(listed: Listed) -> Page:
    """A page of tickets, with its cursor."""
    return Page(listed.lines, encode_cursor(listed.place) if listed.place is not None else None)


def _instant(value: object) -> str:
    return str(value) if value == NEVER else datetime.fromisoformat(str(value)).isoformat()


def _no_cursor() -> Invalid:
    wrong = Message("This is not a cursor that an answer gave")
    return Invalid("Correct the fields named and send it again", fields={"cursor": [wrong]})


def ticket_at(ticket: TicketShown) -> str:
    """Where the ticket is; where its operation is, while one is pending."""
    if ticket.pending is None:
        return f"/v1/tickets/{ticket.id}"
    return f"/v1/tickets/{ticket.id}/operations/{ticket.pending.id}"
