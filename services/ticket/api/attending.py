"""What attendants do with the turn: transfer, take, schedule, wait, resume."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.ticket import schemas
from services.ticket.api.tickets import operate
from services.ticket.commands import turns
from shared.http import blueprint, signed_in

blp = blueprint("attending", __name__, description="Passing the turn on inside a stage")


@blp.route("/tickets/<uuid:ticket_id>/transfer", methods=["POST"])
@signed_in
@blp.arguments(schemas.TransferRequest())
@blp.response(202, schemas.Ticket)
def transfer(body: dict[str, Any], ticket_id: str) -> Response:
    """Pass it to another attendant or queue."""
    return operate(lambda tx: turns.transfer(tx, ticket_id, **body))


@blp.route("/tickets/<uuid:ticket_id>/take", methods=["POST"])
@signed_in
@blp.arguments(schemas.Nothing())
@blp.response(202, schemas.Ticket)
def take(body: dict[str, Any], ticket_id: str) -> Response:
    """Take what a queue of mine holds."""
    return operate(lambda tx: turns.take(tx, ticket_id))


@blp.route("/tickets/<uuid:ticket_id>/schedule", methods=["POST"])
@signed_in
@blp.arguments(schemas.ScheduleRequest())
@blp.response(202, schemas.Ticket)
def schedule(body: dict[str, Any], ticket_id: str) -> Response:
    """Nobody's turn until a time, then mine again."""
    return operate(lambda tx: turns.schedule(tx, ticket_id, **body))


@blp.route("/tickets/<uuid:ticket_id>/wait", methods=["POST"])
@signed_in
@blp.arguments(schemas.WaitRequest())
@blp.response(202, schemas.Ticket)
def wait(body: dict[str, Any], ticket_id: str) -> Response:
    """Wait for a third party, whom I follow up."""
    return operate(lambda tx: turns.wait(tx, ticket_id, **body))


@blp.route("/tickets/<uuid:ticket_id>/resume", methods=["POST"])
@signed_in
@blp.arguments(schemas.Nothing())
@blp.response(202, schemas.Ticket)
def resume(body: dict[str, Any], ticket_id: str) -> Response:
    """End a wait, or a schedule before its time."""
    return operate(lambda tx: turns.resume(tx, ticket_id))
