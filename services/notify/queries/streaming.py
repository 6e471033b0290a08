"""The live stream's reading side: its statements, which the stream's process runs on a connection of its own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ARRAY, Interval, bindparam, delete, func, or_, select

from services.notify.models import stream_events, stream_tickets
from services.notify.rules.streaming import Happening, Screen
from shared.database import Id, Text, compiled

_happenings: Final = select(
    stream_events.c.id,
    stream_events.c.name,
    stream_events.c.ticket_id,
    stream_events.c.recipients,
    stream_events.c.is_internal,
).where(stream_events.c.id > bindparam("after", type_=Id()))

_now: Final = func.clock_timestamp() + bindparam("offset", type_=Interval)

HAPPENINGS: Final = compiled(_happenings.order_by(stream_events.c.id))
"""What happened after an id, in order."""

MISSED: Final = compiled(
    _happenings.where(
        or_(
            stream_events.c.ticket_id == func.any(bindparam("tickets", type_=ARRAY(Id()))),
            stream_events.c.recipients.op("?")(bindparam("person_id", type_=Text)),
        )
    )
    .order_by(stream_events.c.id)
    .limit(bindparam("most"))
)
"""What one screen missed after an id."""

USE_TICKET: Final = compiled(
    delete(stream_tickets)
    .where(stream_tickets.c.key == bindparam("key"), stream_tickets.c.expires_at > _now)
    .returning(
        stream_tickets.c.person_id, stream_tickets.c.tickets, stream_tickets.c.attends, stream_tickets.c.expires_at
    )
)
"""A right to listen is used once."""


def happening_of(row: Any) -> Happening:
    """The happening that a row holds."""
    return Happening(row.id, row.name, row.ticket_id, frozenset(row.recipients), row.is_internal)


def screen_of(row: Any) -> Screen:
    """The screen for which a right to listen was given."""
    tickets: Collection[str] = row.tickets
    return Screen(row.person_id, frozenset(tickets), row.attends)
