"""The discussion: messages, and notes among attendants."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from services.ticket import schemas
from services.ticket.api.places import page, place
from services.ticket.commands.discussing import comment
from services.ticket.queries import discussion
from shared.http import blueprint, command, limit, query, signed_in

blp = blueprint("discussion", __name__, description="What is said about a ticket")
MESSAGE: Final = schemas.Message()
MESSAGES: Final = schemas.Messages()


@blp.route("/tickets/<uuid:ticket_id>/messages")
@signed_in
@blp.response(200, schemas.Messages)
def messages(ticket_id: str) -> Response:
    """The messages, oldest first; internal notes are shown to attendants alone."""
    after, most = place(), limit()
    return query(
        lambda reader, actor: page(discussion.discussion(reader, actor, ticket_id, after=after, most=most + 1), most),
        MESSAGES,
    )


@blp.route("/tickets/<uuid:ticket_id>/messages", methods=["POST"])
@signed_in
@blp.arguments(schemas.MessageRequest())
@blp.response(201, schemas.Message)
def write(body: dict[str, Any], ticket_id: str) -> Response:
    """Write a message, or with `visibility` internal a note that the client cannot see."""
    return command(lambda tx: comment(tx, ticket_id, **body), MESSAGE, status=201)
