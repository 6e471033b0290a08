"""The verb that leaves a tombstone: files and personal data go, number and statistics stay, the chains still verify."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, cast, or_, select

from services.ticket.access.loading import load_ticket
from services.ticket.commands.asking import permit
from services.ticket.models import (
    files,
    messages,
    metadata,
    operations,
    ratings,
    relations,
    revisions,
    shares,
    stage_comments,
    texts,
    tickets,
    time_entries,
    understandings,
)
from shared import personal
from shared.contracts.ticket import Deleted
from shared.database import Text, compiled
from shared.transaction import Transaction

outbox: Final = metadata.tables["outbox"]
answers: Final = metadata.tables["idempotency_keys"]

_SAID: Final = compiled(
    select(outbox.c.id, outbox.c.payload).where(
        outbox.c.word == bindparam("word"), outbox.c.aggregate_id == bindparam("id")
    )
)
_ANSWERED: Final = compiled(
    select(answers.c.person_id, answers.c.path, answers.c.key).where(
        or_(
            answers.c.path.startswith(bindparam("below"), autoescape=False),
            cast(answers.c.answer, Text).contains(bindparam("id"), autoescape=False),
        )
    )
)
_ERASED: Final[dict[str, Any]] = {"subject": "", "values": {}, "party": ""}
_WHOLE_ROWS: Final = (texts, messages, understandings, stage_comments, shares, relations, revisions)


def delete(tx: Transaction, ticket_id: str) -> None:
    """Make a cancelled ticket a tombstone, which answers 404 to everyone. Raises Forbidden, Conflict."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "delete")
    changes: dict[str, Any] = {
        "status": "deleted",
        "subject": "",
        "parameters": {},
        "turn_party": None,
        "updated_at": tx.now,
    }
    tx.change(tickets, ticket_id, changes, version=reading.ticket.version)
    for table in _WHOLE_ROWS:
        tx.delete(table, {"ticket_id": ticket_id})
    tx.delete(relations, {"other_id": ticket_id})
    tx.delete(files, {"ticket_id": ticket_id})
    tx.update(operations, {"ticket_id": ticket_id}, {"comment": None, "party": None, "problem_values": {}}, must=False)
    tx.update(time_entries, {"ticket_id": ticket_id}, {"note": ""}, must=False)
    tx.update(ratings, {"ticket_id": ticket_id}, {"comment": None}, must=False)
    erase_said(tx, ticket_id)
    forget_answers(tx, ticket_id)
    tx.emit(Deleted(ticket_id=ticket_id, by=tx.actor.id))
    tx.audit("ticket", ticket_id, "delete", {})


def erase_said(tx: Transaction, ticket_id: str) -> None:
    """Take texts out of the audit's side rows and out of what the outbox still keeps."""
    personal.erase_details(tx, "ticket", ticket_id)
    for row in tx.all(_SAID, word="ticket", id=ticket_id):
        erased = {name: empty for name, empty in _ERASED.items() if name in row.payload}
        if erased:
            tx.update(outbox, {"id": row.id}, {"payload": {**row.payload, **erased}}, must=False)


def forget_answers(tx: Transaction, ticket_id: str) -> None:
    """Drop the answers that idempotency keys still hold and that name the ticket: they tell what it said."""
    for row in tx.all(_ANSWERED, below=f"/v1/tickets/{ticket_id}", id=ticket_id):
        tx.delete(answers, {"person_id": row.person_id, "path": row.path, "key": row.key})
