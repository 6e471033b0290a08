"""Queues, for replicas and attendants."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.workflow import schemas
from services.workflow.api.places import after
from services.workflow.queries import queues as queries
from shared.http import blueprint, current_language, encode_cursor, limit, query, signed_in
from shared.ids import Actor

blp = blueprint("queues", __name__, description="Teams of attendants")


@blp.route("/queues")
@signed_in
@blp.response(200, schemas.Queues)
def queues() -> Response:
    """The queues in use, by code, with their members."""

    def noun(reader: Any, actor: Actor) -> dict[str, Any]:
        items, last = queries.queues(reader, actor, language=current_language(), after=after(), limit=limit())
        return {"items": items, "next_cursor": encode_cursor([last]) if last else None}

    return query(noun, schemas.Queues)


@blp.route("/queues/<string:code>")
@signed_in
@blp.response(200, schemas.Queue)
def queue(code: str) -> Response:
    """One queue, retired or not."""
    return query(lambda reader, actor: queries.queue(reader, actor, code, language=current_language()), schemas.Queue)
