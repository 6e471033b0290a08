"""What every command that the flow decides does in the end: an operation is pending, and the flow is asked."""

from __future__ import annotations

from typing import Any

from services.ticket.models import operations, tickets
from services.ticket.rules.policy import judge
from services.ticket.rules.reading import Reading
from shared.contracts import Event
from shared.ids import new_id
from shared.transaction import Transaction


def permit(tx: Transaction, reading: Reading, *actions: str, moves: bool = True, part: bool = False) -> None:
    """The order of checks for `actions`: 403, 428, 409, 412. What follows in a verb is 422 of content.

    `part`: something of the ticket's that has no version is removed, so If-Match is due but not compared.
    """
    judged = [judge(action, reading.case) for action in actions]
    tx.in_order(
        forbidden=next((j.forbidden for j in judged if j.forbidden), None),
        conflict=next((j.conflict for j in judged if j.conflict), None),
        version=None if part else reading.ticket.version,
        moves=moves,
    )


def request(
    tx: Transaction, reading: Reading, kind: str, event: type[Event], details: dict[str, Any], **facts: Any
) -> Reading:
    """Accept an operation of `kind` and ask the flow by `event` with `facts`; `details` are the operation's columns.

    Returns the reading as it is written.
    """
    ticket = reading.ticket
    operation_id = new_id()
    changes = {"pending_id": operation_id, "pending_kind": kind, "updated_at": tx.now}
    tx.change(tickets, ticket.id, changes, version=ticket.version)
    add_operation(tx, reading, operation_id, kind, details)
    tx.emit(event(**asked(tx, reading, operation_id), **facts))
    tx.audit("ticket", ticket.id, kind, {"operation_id": operation_id, **details})
    return reading.changed(**changes, version=ticket.version + 1)


def add_operation(
    tx: Transaction, reading: Reading, operation_id: str, kind: str, details: dict[str, Any] | None = None
) -> None:
    """The row of an operation that is being accepted."""
    row = {
        "id": operation_id,
        "ticket_id": reading.ticket.id,
        "kind": kind,
        "state": "pending",
        "by_id": tx.actor.id,
        "ordinal": reading.ticket.turn_ordinal,
        "accepted_at": tx.now,
    }
    tx.insert(operations, {**row, **(details or {})})


def asked(tx: Transaction, reading: Reading, operation_id: str) -> dict[str, Any]:
    """What every `…_requested` event carries."""
    return {
        "ticket_id": reading.ticket.id,
        "operation_id": operation_id,
        "by": tx.actor.id,
        "ordinal": reading.ticket.turn_ordinal,
        "values": reading.values,
    }
