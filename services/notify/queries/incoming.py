"""Mail that came in: the list for administrators, who wrote it, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select

from services.notify.access import INCOMING, among, incoming_of
from services.notify.models import deliveries, incoming, notices
from services.notify.rules.shown import ShownIncoming
from shared import people as people_replica
from shared.database import Reader, compiled
from shared.errors import Missing
from shared.ids import Actor
from shared.people import Person

_ANSWERED: Final = compiled(
    select(deliveries.c.id, deliveries.c.recipient_id, deliveries.c.ticket_id, notices.c.facts)
    .select_from(deliveries.join(notices, notices.c.id == deliveries.c.event_id))
    .where(deliveries.c.id == bindparam("id"), among(deliveries.c.channel, "mail"))
)


@dataclass(frozen=True, slots=True)
class Answered:
    """The letter that a mail answers: to whom it was sent, about which ticket, and if it told of an internal note."""

    recipient_id: str
    ticket_id: str | None
    is_internal: bool


def answered(reader: Reader, delivery_id: str) -> Answered | None:
    """The letter with this id, None where it was forgotten or never was."""
    row = reader.one(_ANSWERED, id=delivery_id)
    if row is None:
        return None
    return Answered(row.recipient_id, row.ticket_id, row.facts.get("visibility") == "internal")


def writer(reader: Reader, email: str, *, ask: bool) -> Person | None:
    """Who has this address and may sign in. Raises Missing where the replica knows nobody and `ask` says to look."""
    found = people_replica.by_email(reader, email)
    if found is None and ask:
        raise Missing("person_email", email)
    return found if found is not None and found.is_active and not found.is_machine else None


def arrivals(
    reader: Reader, actor: Actor, state: str | None, *, before: str | None, most: int
) -> tuple[list[ShownIncoming], str | None]:
    """A page of what came in, newest first, and the id after which the next one begins."""
    found: Any = INCOMING.order_by(incoming.c.id.desc()).limit(most + 1)
    if state is not None:
        found = found.where(incoming.c.state == state)
    rows = reader.all(found if before is None else found.where(incoming.c.id < before))
    items = [incoming_of(row) for row in rows[:most]]
    return items, items[-1].id if len(rows) > most else None
