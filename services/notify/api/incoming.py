"""Mail that came in, for administrators: what became of each, and trying again what was parked."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.notify import access, commands, queries, schemas
from services.notify.api.places import last_id
from shared.http import blueprint, command, encode_cursor, limit, needs, query
from shared.ids import Actor

blp = blueprint("incoming", __name__, description="Mail that came in, and what became of it")


@blp.route("/incoming")
@needs(access.SEES_LEDGER)
@blp.arguments(schemas.IncomingQuery, location="query")
@blp.response(200, schemas.IncomingPage)
def incoming(asked: dict[str, Any]) -> Response:
    """What came in, newest first; `state` narrows it."""
    place, most = last_id(), limit()

    def noun(reader: Any, actor: Actor) -> dict[str, Any]:
        items, last = queries.arrivals(reader, actor, asked.get("state"), before=place, most=most)
        return {"items": items, "next_cursor": encode_cursor([last]) if last else None}

    return query(noun, schemas.IncomingPage)


@blp.route("/incoming/<uuid:incoming_id>/retry", methods=["POST"])
@needs(access.SEES_LEDGER)
@blp.response(202, schemas.Incoming)
def retry_incoming(incoming_id: str) -> Response:
    """Deal with one that was parked again, its tries counted anew."""
    return command(lambda tx: commands.retry_incoming(tx, tx.actor, str(incoming_id)), schemas.Incoming, status=202)
