"""What happened: stage history, turns, clock, operations."""

from __future__ import annotations

from typing import Final

import msgspec
from flask import Response

from services.ticket import schemas
from services.ticket.gateways import workflow
from services.ticket.queries import record
from shared.http import blueprint, query, read, respond, services, signed_in

blp = blueprint("record", __name__, description="The record of a ticket's flow")
HISTORY: Final = schemas.History()
TURNS: Final = schemas.Turns()
CLOCK: Final = schemas.Clock()
OPERATION: Final = schemas.Operation()


@blp.route("/tickets/<uuid:ticket_id>/history")
@signed_in
@blp.response(200, schemas.History)
def history(ticket_id: str) -> Response:
    """Every stage that it has been in, oldest first."""
    return query(lambda reader, actor: record.history(reader, actor, ticket_id), HISTORY)


@blp.route("/tickets/<uuid:ticket_id>/turns")
@signed_in
@blp.response(200, schemas.Turns)
def turns(ticket_id: str) -> Response:
    """Whose turn it was from when to when, oldest first."""
    return query(lambda reader, actor: record.ledger(reader, actor, ticket_id), TURNS)


@blp.route("/tickets/<uuid:ticket_id>/clock")
@signed_in
@blp.response(200, schemas.Clock)
def clock(ticket_id: str) -> Response:
    """For how long each side has had the turn, the present deadline, and how it comes about, interval by interval."""
    shown = read(lambda reader, actor: record.clock(reader, actor, ticket_id))
    if shown.clocks is None:
        shown = msgspec.structs.replace(shown, clocks=workflow.clocks_of(services(), ticket_id))
    return respond(shown, CLOCK)


@blp.route("/tickets/<uuid:ticket_id>/operations/<uuid:operation_id>")
@signed_in
@blp.response(200, schemas.Operation)
def operation(ticket_id: str, operation_id: str) -> Response:
    """An accepted command: pending, done, or refused with why."""
    return query(lambda reader, actor: record.operation(reader, actor, ticket_id, operation_id), OPERATION)
