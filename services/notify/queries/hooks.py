"""Webhooks, for administrators; and what a webhook is to be sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ARRAY, bindparam, func, or_, select

from services.notify.access import WEBHOOKS, webhook_of
from services.notify.models import deliveries, notices
from services.notify.models import webhooks as table
from services.notify.rules.webhooks import Webhook
from shared.database import Id, Reader, compiled
from shared.errors import NotFound
from shared.ids import Actor

_after: Final = or_(bindparam("after", type_=Id()).is_(None), table.c.id > bindparam("after", type_=Id()))
_ALL: Final = compiled(WEBHOOKS.where(_after).order_by(table.c.id).limit(bindparam("most")))
_ONE: Final = compiled(WEBHOOKS.where(table.c.id == bindparam("id")))
_PARCELS: Final = compiled(
    select(
        deliveries.c.id,
        deliveries.c.ticket_id,
        notices.c.envelope,
        table.c.url,
        table.c.secret,
        table.c.previous_secret,
        table.c.previous_until,
        table.c.created_by,
    )
    .select_from(
        deliveries.join(notices, notices.c.id == deliveries.c.event_id).join(
            table, table.c.id == deliveries.c.recipient_id
        )
    )
    .where(
        deliveries.c.id == func.any(bindparam("ids", type_=ARRAY(Id()))),
        notices.c.envelope.is_not(None),
        ~table.c.is_deleted,
    )
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one webhook is to be sent. `created_by`: whose rights it has; `secrets`: every one that is still good."""

    id: str
    ticket_id: str | None
    envelope: Mapping[str, Any]
    url: str
    secrets: tuple[str, ...]
    created_by: str


def webhooks(reader: Reader, actor: Actor, *, after: str | None, most: int) -> tuple[list[Webhook], str | None]:
    """A page of the webhooks, oldest first, and the id after which the next one begins."""
    rows = reader.all(_ALL, after=after, most=most + 1)
    items = [webhook_of(row, reader.now) for row in rows[:most]]
    return items, items[-1].id if len(rows) > most else None


def webhook(reader: Reader, actor: Actor, id: str) -> Webhook:
    """One webhook, without its secret. Raises NotFound."""
    row = reader.one(_ONE, id=id)
    if row is None:
        raise NotFound("There is no such webhook")
    return webhook_of(row, reader.now)


def parcels(reader: Reader, ids: Collection[str]) -> dict[str, Parcel]:
    """What the deliveries with these ids are to bring, by id; nothing of webhooks and of words that are gone."""
    now = reader.now
    return {row.id: _parcel(row, now) for row in reader.all(_PARCELS, ids=list(ids))}


def _parcel(row: Any, now: Any) -> Parcel:
    secrets = [row.secret]
    if row.previous_secret and row.previous_until > now:
        secrets.append(row.previous_secret)
    return Parcel(row.id, row.ticket_id, row.envelope, row.url, tuple(secrets), row.created_by)
