"""Understandings and decisions: POST …/decision, and many at once."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from services.ticket import schemas
from services.ticket.api.places import page, place
from services.ticket.api.tickets import operate
from services.ticket.commands.deciding import decide, decide_many
from services.ticket.commands.discussing import write_understanding
from services.ticket.queries import discussion, record
from shared.http import blueprint, command, limit, query, signed_in

blp = blueprint("approvals", __name__, description="Understandings, and decisions bound to what was seen")
UNDERSTANDINGS: Final = schemas.Understandings()
RESULTS: Final = schemas.Results()


@blp.route("/tickets/<uuid:ticket_id>/understandings")
@signed_in
@blp.response(200, schemas.Understandings)
def understandings(ticket_id: str) -> Response:
    """Every version of the understanding, oldest first."""
    after, most = place(), limit()
    return query(
        lambda reader, actor: page(
            discussion.understandings_of(reader, actor, ticket_id, after=after, most=most + 1), most
        ),
        UNDERSTANDINGS,
    )


@blp.route("/tickets/<uuid:ticket_id>/understandings", methods=["POST"])
@signed_in
@blp.arguments(schemas.UnderstandingRequest())
@blp.response(201, schemas.Understanding)
def write(body: dict[str, Any], ticket_id: str) -> Response:
    """Write the next version of what will be done, and by when."""
    return command(lambda tx: write_understanding(tx, ticket_id, **body), schemas.Understanding, status=201)


@blp.route("/tickets/<uuid:ticket_id>/decision", methods=["POST"])
@signed_in
@blp.arguments(schemas.DecisionRequest())
@blp.response(202, schemas.Ticket)
def decision(body: dict[str, Any], ticket_id: str) -> Response:
    """Approve, or reject with a reason, exactly what was seen.

    On an older version it is refused with 412, whose `changes` say what is another now than what was seen: each with
    its `part` (subject, description, parameter, understanding, file), `before`, `after`, and a parameter's `field`.
    """
    return operate(lambda tx: decide(tx, ticket_id, **body))


@blp.route("/tickets/<uuid:ticket_id>/decisions")
@signed_in
@blp.response(200, schemas.Decisions)
def decisions(ticket_id: str) -> Response:
    """The decisions that took effect, each with the hash of what was seen."""
    return query(lambda reader, actor: record.decisions(reader, actor, ticket_id), schemas.Decisions)


@blp.route("/decisions", methods=["POST"])
@signed_in
@blp.arguments(schemas.DecisionsRequest())
@blp.response(200, schemas.Results)
def decisions_at_once(body: dict[str, Any]) -> Response:
    """Decide many tickets: a result for each; one refused harms no other."""
    return command(lambda tx: decide_many(tx, body["items"]), RESULTS)
