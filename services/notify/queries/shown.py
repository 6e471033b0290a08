"""What a person is told in the product itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from services.notify.access import MINE, STORIES, notification_of
from services.notify.models import deliveries, notices, tickets
from services.notify.rules.shown import Notification
from services.notify.rules.voice import Voice
from shared.database import Id, Reader, compiled
from shared.ids import Actor

_before: Final[ColumnElement[bool]] = or_(
    bindparam("before", type_=Id()).is_(None), deliveries.c.id < bindparam("before", type_=Id())
)
_newest: Final = STORIES.where(MINE, _before).order_by(deliveries.c.id.desc()).limit(bindparam("most"))
_ALL: Final = compiled(_newest)
_UNREAD_ONLY: Final = compiled(_newest.where(deliveries.c.read_at.is_(None)))
MOST_JUDGED: Final = 500
"""Of so many tickets at most the unread are counted, the newest first: as many as one question judges."""
_COUNTS: Final = compiled(
    select(
        deliveries.c.ticket_id,
        func.count().label("count"),
        func.bool_or(deliveries.c.recipient_id.in_([tickets.c.client_id, tickets.c.holder_id]).is_(True)).label(
            "is_theirs"
        ),
    )
    .select_from(
        deliveries.join(notices, notices.c.id == deliveries.c.event_id).outerjoin(
            tickets, tickets.c.id == deliveries.c.ticket_id
        )
    )
    .where(MINE, deliveries.c.read_at.is_(None))
    .group_by(deliveries.c.ticket_id)
    .order_by(func.max(deliveries.c.created_at).desc())
    .limit(MOST_JUDGED)
)


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of notifications, newest first, and how many of all that would be shown are unread."""

    items: list[Notification]
    next_before: str | None
    unread: int


def notifications(
    reader: Reader,
    actor: Actor,
    voice: Voice,
    seen: Callable[[set[str]], set[str]],
    *,
    before: str | None,
    most: int,
    unread_only: bool = False,
) -> Inbox:
    """The actor's notifications older than the one with id `before`, but those of tickets that they may not see now.

    `seen` says which of some tickets the actor may see; their own, and those that they hold, need no question.
    """
    rows = reader.all(_UNREAD_ONLY if unread_only else _ALL, person_id=actor.id, before=before, most=most + 1)
    shown = rows[:most]
    counts = reader.all(_COUNTS, person_id=actor.id)
    asked = {row.ticket_id for row in shown if row.ticket_id is not None and not _is_theirs(row)}
    asked |= {row.ticket_id for row in counts if row.ticket_id is not None and not row.is_theirs}
    hidden = asked - seen(asked) if asked else set()
    items = [notification_of(row, voice) for row in shown if row.ticket_id not in hidden]
    unread = sum(row.count for row in counts if row.ticket_id not in hidden)
    return Inbox(items, shown[-1].id if len(rows) > most else None, unread)


def _is_theirs(row: Any) -> bool:
    return row.recipient_id in (row.client_id, row.present_holder_id)
