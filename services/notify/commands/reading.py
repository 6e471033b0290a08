"""A person reads what they were told."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from services.notify.access import MINE, STORIES, notification_of
from services.notify.models import deliveries
from services.notify.rules.shown import Notification
from services.notify.rules.voice import Voice
from shared.database import compiled
from shared.errors import NotFound
from shared.ids import Actor
from shared.transaction import Transaction

_ONE: Final = compiled(STORIES.where(MINE, deliveries.c.id == bindparam("id")))
_UNREAD: Final = compiled(select(deliveries.c.id).where(MINE, deliveries.c.read_at.is_(None)))


def read(tx: Transaction, actor: Actor, notification_id: str, voice: Voice) -> Notification:
    """Mark one notification of the actor's as read; again changes nothing. Raises NotFound."""
    row = tx.one(_ONE, id=notification_id, person_id=actor.id)
    if row is None:
        raise NotFound("There is no such notification")
    if row.read_at is None:
        tx.update(deliveries, {"id": row.id}, {"read_at": tx.now}, must=False)
    return notification_of(row, voice, tx.now)


def read_all(tx: Transaction, actor: Actor) -> int:
    """Mark every notification of the actor's as read; how many were not."""
    rows = tx.all(_UNREAD, person_id=actor.id)
    for row in rows:
        tx.update(deliveries, {"id": row.id}, {"read_at": tx.now}, must=False)
    return len(rows)
