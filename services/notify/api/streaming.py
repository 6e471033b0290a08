"""The right to listen to the live stream, and presence. The stream itself is a process of its own."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from services.notify import commands, schemas
from services.notify.gateways.visibility import visible
from shared.errors import NotFound
from shared.http import blueprint, command, services, signed_in

blp = blueprint("streaming", __name__, description="What open screens hear")


@blp.route("/stream-tickets", methods=["POST"])
@signed_in
@blp.arguments(schemas.StreamRequest)
@blp.response(201, schemas.StreamTicket)
def take_stream_ticket(body: dict[str, Any]) -> Response:
    """The right to open one stream within 30 s; of those of `tickets` that I may see, and of notifications."""
    asked = [str(id) for id in body["tickets"]]
    seen = visible(services(), [(_caller(), id) for id in asked])
    shown = [id for id in dict.fromkeys(asked) if (_caller(), id) in seen]
    return command(lambda tx: commands.take_stream_ticket(tx, tx.actor, shown), schemas.StreamTicket, status=201)


@blp.route("/presence", methods=["POST"])
@signed_in
@blp.arguments(schemas.PresenceRequest)
@blp.response(200, schemas.Presence)
def be_present(body: dict[str, Any]) -> Response:
    """Say for 30 s that I have this ticket open, and read who else has."""
    ticket_id = str(body["ticket_id"])
    if not visible(services(), [(_caller(), ticket_id)]):
        raise NotFound("There is no such ticket")
    return command(lambda tx: commands.be_present(tx, tx.actor, ticket_id), schemas.Presence)


def _caller() -> str:
    return str(g.claims.person_id)
