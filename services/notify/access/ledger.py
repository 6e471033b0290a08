"""Rows of the ledger as administrators read them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, func, select

from services.notify.models import addresses, chat_rooms, deliveries, notices, people, webhooks
from services.notify.rules.shown import Named, ShownDelivery

DELIVERIES: Final[Select[Any]] = select(
    deliveries,
    notices.c.event,
    func.coalesce(people.c.display_name, webhooks.c.url, chat_rooms.c.name).label("recipient_name"),
    addresses.c.email.label("dead_email"),
).select_from(
    deliveries.join(notices, notices.c.id == deliveries.c.event_id)
    .outerjoin(people, people.c.id == deliveries.c.recipient_id)
    .outerjoin(webhooks, webhooks.c.id == deliveries.c.recipient_id)
    .outerjoin(chat_rooms, chat_rooms.c.id == deliveries.c.recipient_id)
    .outerjoin(addresses, addresses.c.email == people.c.email)
)


def delivery_of(row: Any, **changed: Any) -> ShownDelivery:
    """The delivery that a row of DELIVERIES holds, with what a verb is about to change in it."""
    values = {
        name: changed.get(name, getattr(row, name))
        for name in ("id", "ticket_id", "channel", "kind", "state", "reason", "tries", "next_try_at", "sent_at")
    }
    event, recipient = Named(row.event_id, row.event), Named(row.recipient_id, row.recipient_name or "")
    return ShownDelivery(event=event, recipient=recipient, created_at=row.created_at, **values)
