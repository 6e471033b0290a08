"""The end of a ticket, and after it: cancel, reopen, rate."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.ticket import schemas
from services.ticket.api import waiting
from services.ticket.api.places import ticket_at
from services.ticket.api.tickets import TICKET, operate
from services.ticket.commands import ending
from services.ticket.queries import discussion
from services.ticket.rules.answers import TicketShown
from shared.http import blueprint, command, query, signed_in

blp = blueprint("ending", __name__, description="Cancelling, reopening, rating")


@blp.route("/tickets/<uuid:ticket_id>/cancel", methods=["POST"])
@signed_in
@blp.arguments(schemas.CancelRequest())
@blp.response(202, schemas.Ticket)
def cancel(body: dict[str, Any], ticket_id: str) -> Response:
    """Cancel what was opened by mistake or twice (202); an author's draft is discarded at once (200)."""
    return command(
        lambda tx: ending.cancel(tx, ticket_id, **body),
        TICKET,
        status=_status,
        location=ticket_at,
        after=waiting.after,
        replay=waiting.replay,
    )


def _status(shown: TicketShown) -> int:
    return 200 if shown.pending is None else 202


@blp.route("/tickets/<uuid:ticket_id>/reopen", methods=["POST"])
@signed_in
@blp.arguments(schemas.Nothing())
@blp.response(202, schemas.Ticket)
def reopen(body: dict[str, Any], ticket_id: str) -> Response:
    """Ask the flow to enter the first stage again, inside the window that it sets."""
    return operate(lambda tx: ending.reopen(tx, ticket_id))


@blp.route("/tickets/<uuid:ticket_id>/rating", methods=["POST"])
@signed_in
@blp.arguments(schemas.RatingRequest())
@blp.response(201, schemas.Rating)
def rate(body: dict[str, Any], ticket_id: str) -> Response:
    """Rate a concluded ticket from 1 to 5, once."""
    return command(lambda tx: ending.rate(tx, ticket_id, **body), schemas.Rating, status=201)


@blp.route("/tickets/<uuid:ticket_id>/rating")
@signed_in
@blp.response(200, schemas.Rating)
def rating(ticket_id: str) -> Response:
    """How the client rated it."""
    return query(lambda reader, actor: discussion.rating_of(reader, actor, ticket_id), schemas.Rating)
