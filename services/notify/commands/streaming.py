"""The live stream's writing side: what happened, who may listen, and who is looking at a ticket."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select

from services.notify.models import people, presences, stream_events, stream_tickets
from services.notify.rules import streaming
from services.notify.rules.streaming import StreamTicket
from shared.contracts import Event
from shared.database import compiled
from shared.ids import Actor, new_id
from shared.transaction import Transaction

ATTENDS: Final = ("ticket.attend", "ticket.read_all")
_PRESENT: Final = compiled(
    select(presences.c.person_id, presences.c.until, people.c.display_name)
    .select_from(presences.join(people, people.c.id == presences.c.person_id))
    .where(presences.c.ticket_id == bindparam("ticket_id"), presences.c.until > bindparam("now"))
    .order_by(people.c.display_name)
)
_FORGET_EVENTS: Final = compiled(
    delete(stream_events)
    .where(
        stream_events.c.id.in_(
            select(stream_events.c.id)
            .where(stream_events.c.id < bindparam("before"))
            .order_by(stream_events.c.id)
            .limit(bindparam("most"))
        )
    )
    .returning(stream_events.c.id)
)
_FORGET_TICKETS: Final = compiled(
    delete(stream_tickets).where(stream_tickets.c.expires_at < bindparam("now")).returning(stream_tickets.c.key)
)
_FORGET_PRESENCES: Final = compiled(
    delete(presences).where(presences.c.until < bindparam("now")).returning(presences.c.person_id)
)


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has a ticket open."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Presence:
    """Who else has a ticket open; the attendants' side alone is told. Say it again before `until`."""

    ticket_id: str
    people: tuple[Present, ...]
    until: datetime


def attends(actor: Actor) -> bool:
    """Whether the actor reads tickets from the attendants' side."""
    return any(actor.may(permission) for permission in ATTENDS)


def happen(tx: Transaction, actor: Actor, event: Event, recipients: Collection[str] = ()) -> None:
    """Let the screens hear that something happened."""
    values = {
        "id": new_id(),
        "name": event.name,
        "ticket_id": getattr(event, "ticket_id", None),
        "recipients": sorted(recipients),
        "is_internal": streaming.is_internal(event),
    }
    tx.insert(stream_events, values)


def take_stream_ticket(tx: Transaction, actor: Actor, tickets: Sequence[str]) -> StreamTicket:
    """The right to open one stream that tells of `tickets`, which the actor may see, and of what they are told."""
    key, expires_at = secrets.token_urlsafe(24), tx.now + streaming.TICKET_GOOD_FOR
    row = {"key": key, "person_id": actor.id, "tickets": list(tickets), "attends": attends(actor)}
    tx.insert(stream_tickets, row | {"expires_at": expires_at})
    return StreamTicket(key, f"/api/notify/v1/stream?ticket={key}", tuple(tickets), expires_at)


def be_present(tx: Transaction, actor: Actor, ticket_id: str) -> Presence:
    """Say that the actor, who may see it, has a ticket open; who else has. The screens hear of who came."""
    rows = tx.all(_PRESENT, ticket_id=ticket_id, now=tx.now)
    until = tx.now + streaming.PRESENT_FOR
    tx.upsert(presences, {"ticket_id": ticket_id, "person_id": actor.id, "until": until})
    if actor.id not in {row.person_id for row in rows}:
        values = {"id": new_id(), "name": streaming.PRESENCE_CHANGED, "ticket_id": ticket_id}
        tx.insert(stream_events, values | {"recipients": [], "is_internal": True})
    others = [Present(row.person_id, row.display_name) for row in rows if row.person_id != actor.id]
    return Presence(ticket_id, tuple(others) if attends(actor) else (), until)


def forget_stream(tx: Transaction, actor: Actor, before: str, most: int) -> int:
    """Forget what happened before the id `before`, and rights and presences that are over; how many happenings."""
    now = tx.now
    tx.all(_FORGET_TICKETS, now=now)
    tx.all(_FORGET_PRESENCES, now=now)
    return len(tx.all(_FORGET_EVENTS, before=before, most=most))
