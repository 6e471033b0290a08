"""Verbs at the end of a ticket's life, and after it: cancel, discard, reopen, rate."""

from __future__ import annotations

from typing import Any

from services.ticket.access.loading import load_ticket
from services.ticket.commands.asking import permit, request
from services.ticket.models import ratings, relations, tickets
from services.ticket.rules import problems
from services.ticket.rules.answers import RatingShown, TicketShown
from services.ticket.rules.reading import Reading
from services.ticket.rules.viewing import shown
from shared.catalog.values import REQUIRED
from shared.contracts.ticket import Cancelled, CancelRequested, Rated, ReopenRequested
from shared.ids import new_id
from shared.transaction import Transaction


def cancel(tx: Transaction, ticket_id: str, *, reason: str | None, duplicate_of: str | None) -> TicketShown:
    """Cancel what was opened by mistake or twice; an author's draft is discarded at once, without the flow.

    Raises Forbidden, NotYourTurn where it is not the client's turn, Invalid.
    """
    reading = load_ticket(tx, tx.actor, ticket_id)
    if reading.ticket.is_draft:
        permit(tx, reading, "discard")
        _judge_duplicate(tx, reading, duplicate_of)
        return shown(_discarded(tx, reading, reason, duplicate_of))
    permit(tx, reading, "cancel")
    if not (reason or "").strip():
        raise problems.invalid_fields({"reason": [REQUIRED]})
    _judge_duplicate(tx, reading, duplicate_of)
    details = {"comment": reason, "duplicate_of": duplicate_of}
    return shown(request(tx, reading, "cancel", CancelRequested, details))


def reopen(tx: Transaction, ticket_id: str) -> TicketShown:
    """Ask the flow to enter the first stage again. Raises Conflict outside the window."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "reopen")
    return shown(request(tx, reading, "reopen", ReopenRequested, {}))


def rate(tx: Transaction, ticket_id: str, *, score: int, comment: str | None) -> RatingShown:
    """Rate a concluded ticket, once. Raises Conflict."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "rate", moves=False)
    row = {"score": score, "comment": comment, "created_at": tx.now}
    tx.insert(ratings, {**row, "ticket_id": ticket_id, "by_id": tx.actor.id})
    tx.change(tickets, ticket_id, {"rating": score, "updated_at": tx.now}, version=reading.ticket.version)
    tx.emit(Rated(ticket_id=ticket_id, score=score))
    tx.audit("ticket", ticket_id, "rate", {"score": score, "comment": comment})
    return RatingShown(score, comment, tx.now)


def _judge_duplicate(tx: Transaction, reading: Reading, duplicate_of: str | None) -> None:
    """Raises Invalid unless the other ticket is another one that the actor sees."""
    if duplicate_of is None:
        return
    if duplicate_of == reading.ticket.id:
        raise problems.invalid("duplicate_of", "A ticket is not a duplicate of itself")
    try:
        load_ticket(tx, tx.actor, duplicate_of)
    except problems.NoSuchTicket:
        raise problems.invalid("duplicate_of", "There is no such ticket") from None


def _discarded(tx: Transaction, reading: Reading, reason: str | None, duplicate_of: str | None) -> Reading:
    ticket = reading.ticket
    changes: dict[str, Any] = {
        "status": "cancelled",
        "turn_side": "nobody",
        "turn_since": tx.now,
        "holder_person_id": None,
        "ended_at": tx.now,
        "updated_at": tx.now,
        "duplicate_of": duplicate_of,
    }
    tx.change(tickets, ticket.id, changes, version=ticket.version)
    add_duplicate(tx, ticket.id, duplicate_of, tx.actor.id)
    tx.emit(Cancelled(ticket_id=ticket.id, by=tx.actor.id))
    tx.audit("ticket", ticket.id, "discard", {"reason": reason, "duplicate_of": duplicate_of})
    return reading.changed(**changes, version=ticket.version + 1)


def add_duplicate(tx: Transaction, ticket_id: str, duplicate_of: str | None, by: str) -> None:
    """Relate a cancelled ticket to the one that it repeats."""
    if duplicate_of is not None:
        row = {"id": new_id(), "ticket_id": ticket_id, "other_id": duplicate_of, "kind": "duplicate_of"}
        tx.upsert(relations, {**row, "by_id": by, "created_at": tx.now})
