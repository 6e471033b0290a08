"""Keeping replicas: what this service knows of tickets, queues, types and settings."""

from __future__ import annotations

from collections.abc import Iterable

from services.notify.models import queues, settings, tickets, types
from shared.contracts import Envelope, decode
from shared.contracts.ticket import SubjectChanged, SubmitRequested
from shared.contracts.workflow import DueChanged, QueueChanged, SettingChanged, TypeChanged
from shared.ids import Actor
from shared.transaction import Transaction


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
