"""Mail that came in: who may see it, the rows, and claiming those that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Interval, Select, bindparam, func, literal_column, or_, select, update

from services.notify.access.due import LEASE, NOW
from services.notify.access.seeing import among
from services.notify.models import incoming, people
from services.notify.rules.shown import Named, ShownIncoming
from shared import clock
from shared.database import Reader, compiled

INCOMING: Final[Select[Any]] = select(
    *(column for column in incoming.c if column.name not in ("content", "key", "leased_until")),
    people.c.display_name.label("person_name"),
).select_from(incoming.outerjoin(people, people.c.id == incoming.c.person_id))

_due = (
    select(incoming.c.key)
    .where(
        among(incoming.c.state, "waiting"),
        incoming.c.next_try_at <= NOW,
        or_(incoming.c.leased_until.is_(None), incoming.c.leased_until < NOW),
    )
    .order_by(incoming.c.next_try_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIM: Final = compiled(
    update(incoming)
    .where(incoming.c.key.in_(_due))
    .values(leased_until=NOW + bindparam("lease", type_=Interval), tries=incoming.c.tries + literal_column("1"))
    .returning(incoming, func.octet_length(incoming.c.content).label("size"))
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that this process alone may deal with until its lease ends; what was done of it already."""

    id: str
    key: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    received_at: datetime
    ticket_id: str | None
    message_id: str | None
    files_done: int
    tries: int
    leased_until: datetime


def claimed_incoming(reader: Reader, most: int) -> list[Arrived]:
    """Lease up to `most` mails that wait, the longest due first."""
    rows = reader.all(_CLAIM, most=most, offset=clock.offset(), lease=LEASE)
    return [_arrived(row) for row in sorted(rows, key=lambda row: row.id)]


def _arrived(row: Any) -> Arrived:
    return Arrived(
        id=row.id,
        key=row.key,
        sender=row.sender,
        recipients=tuple(row.recipients),
        content=bytes(row.content or b""),
        received_at=row.received_at,
        ticket_id=row.ticket_id,
        message_id=row.message_id,
        files_done=row.files_done,
        tries=row.tries,
        leased_until=row.leased_until,
    )


def incoming_of(row: Any, **changed: Any) -> ShownIncoming:
    """The mail that a row of INCOMING holds, with what a verb is about to change in it."""
    names = ("id", "source", "sender", "subject", "state", "reason", "ticket_id", "tries", "next_try_at", "received_at")
    values = {name: changed.get(name, getattr(row, name)) for name in names}
    writer = Named(row.person_id, row.person_name or "") if row.person_id else None
    return ShownIncoming(writer=writer, recipients=tuple(row.recipients), **values)
