"""The delivery ledger, for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.sql.elements import ColumnElement

from services.notify.access import DELIVERIES, delivery_of
from services.notify.models import deliveries, notices
from services.notify.rules.shown import ShownDelivery
from shared.database import Reader
from shared.ids import Actor

_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    "state": deliveries.c.state,
    "channel": deliveries.c.channel,
    "recipient_id": deliveries.c.recipient_id,
    "ticket_id": deliveries.c.ticket_id,
    "event_id": deliveries.c.event_id,
    "event": notices.c.event,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What of the ledger is asked for; null asks for all."""

    state: str | None = None
    channel: str | None = None
    recipient_id: str | None = None
    ticket_id: str | None = None
    event_id: str | None = None
    event: str | None = None


def _statement(filters: Filters, before: str | None, most: int) -> Select[Any]:
    """Only the conditions that are asked for, so that each finds its index."""
    found = DELIVERIES.order_by(deliveries.c.id.desc()).limit(most)
    for name, column in _COLUMNS.items():
        value = getattr(filters, name)
        if value is not None:
            found = found.where(column == value)
    return found if before is None else found.where(deliveries.c.id < before)


def ledger(
    reader: Reader, actor: Actor, filters: Filters, *, before: str | None, most: int
) -> tuple[list[ShownDelivery], str | None]:
    """A page of the ledger, newest first, and the id after which the next one begins."""
    rows = reader.all(_statement(filters, before, most + 1))
    items = [delivery_of(row) for row in rows[:most]]
    return items, items[-1].id if len(rows) > most else None
