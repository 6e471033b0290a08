"""Keeping replicas: what this service knows of tickets, queues, types and settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import bindparam, or_, select

from services.notify.access import among
from services.notify.models import deliveries, notices, queues, settings, tickets, types
from services.notify.rules.notices import WORDS, unworded
from shared import personal
from shared.contracts import Envelope, decode
from shared.contracts.ticket import Deleted, Erased, SubjectChanged, SubmitRequested
from shared.contracts.workflow import DueChanged, QueueChanged, SettingChanged, TypeChanged
from shared.database import compiled
from shared.ids import Actor
from shared.transaction import Transaction

_OPEN: Final = compiled(
    select(deliveries.c.id).where(
        deliveries.c.ticket_id == bindparam("ticket_id"), among(deliveries.c.state, "queued", "failed", "parked")
    )
)


_WORDED: Final = compiled(
    select(notices.c.id, notices.c.facts)
    .distinct()
    .join(deliveries, deliveries.c.event_id == notices.c.id)
    .where(
        deliveries.c.ticket_id == bindparam("ticket_id"),
        or_(notices.c.envelope.is_not(None), *(notices.c.facts.has_key(name) for name in WORDS)),
    )
)


def record_ticket(tx: Transaction, actor: Actor, event: SubmitRequested, sequence: int) -> None:
    """Keep a submitted ticket's number, subject, client and type."""
    values = {
        "id": event.ticket_id,
        "number": event.number,
        "subject": event.subject,
        "client_id": event.client_id,
        "type": event.type,
        "sequence": sequence,
    }
    tx.upsert(tickets, values, newer="sequence")


def record_subject(tx: Transaction, actor: Actor, event: SubjectChanged, sequence: int) -> None:
    """Keep a ticket's new subject; a draft's is of no concern here."""
    tx.update(tickets, {"id": event.ticket_id}, {"subject": event.subject, "sequence": sequence}, must=False)


def record_due(tx: Transaction, actor: Actor, event: DueChanged) -> None:
    """Keep until when the present stage is to be left."""
    tx.update(tickets, {"id": event.ticket_id}, {"due_at": event.due_at}, must=False)


def store_ticket(tx: Transaction, answer: Iterable[Envelope]) -> None:
    """Keep a ticket from its events, as the ticket service answered them when one was missing here."""
    submitted: SubmitRequested | None = None
    subject, sequence = "", 0
    for envelope in answer:
        event = decode(envelope.name, envelope.v, envelope.payload)
        sequence = envelope.sequence
        if isinstance(event, SubmitRequested):
            submitted, subject = event, event.subject
        elif isinstance(event, SubjectChanged):
            subject = event.subject
    if submitted is not None:
        record_ticket(tx, tx.actor, submitted, sequence)
        tx.writes.upserts[(tickets.name, submitted.ticket_id)][2]["subject"] = subject


def erase_ticket(tx: Transaction, actor: Actor, event: Deleted) -> None:
    """A ticket was deleted: forget its words, and let nothing about it leave any more."""
    gone = {"subject": "", "is_deleted": True, "holder_id": None, "holder_queue": None}
    tx.update(tickets, {"id": event.ticket_id}, gone, must=False)
    for row in tx.all(_OPEN, ticket_id=event.ticket_id):
        stopped = {"state": "suppressed", "reason": "deleted", "next_try_at": None, "leased_until": None}
        tx.update(deliveries, {"id": row.id}, stopped, must=False)


def forget_words(tx: Transaction, actor: Actor, event: Erased) -> None:
    """A ticket's client was erased: forget its words here, in what was told of it too; the ledger's rows stay."""
    tx.update(tickets, {"id": event.ticket_id}, {"subject": ""}, must=False)
    for row in tx.all(_WORDED, ticket_id=event.ticket_id):
        tx.update(notices, {"id": row.id}, {"facts": unworded(row.facts), "envelope": None}, must=False)
    personal.add_to_receipt(tx, event.person_id, tickets=1)


def record_queue(tx: Transaction, actor: Actor, event: QueueChanged, sequence: int) -> None:
    """Keep a queue's names and members, unless something newer is kept."""
    values = {"code": event.code, "names": event.names, "members": event.members, "is_retired": event.retired}
    tx.upsert(queues, values | {"sequence": sequence}, newer="sequence")


def record_type(tx: Transaction, actor: Actor, event: TypeChanged, sequence: int) -> None:
    """Keep a type's names, unless something newer is kept."""
    values = {
        "code": event.code,
        "names": event.names,
        "group": event.group,
        "group_names": event.group_names,
        "is_confidential": event.confidential,
        "sequence": sequence,
    }
    tx.upsert(types, values, newer="sequence")


def record_setting(tx: Transaction, actor: Actor, event: SettingChanged, sequence: int) -> None:
    """Keep a setting's value, unless something newer is kept."""
    tx.upsert(settings, {"key": event.key, "value": event.value, "sequence": sequence}, newer="sequence")
