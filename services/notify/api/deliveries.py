"""The delivery ledger, for administrators: GET /v1/deliveries, and sending one again."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.notify import access, commands, queries, schemas
from services.notify.api.places import last_id
from services.notify.queries import Filters
from shared.http import blueprint, command, encode_cursor, limit, needs, query
from shared.ids import Actor

blp = blueprint("deliveries", __name__, description="Who was told what, by which channel, and what became of it")


@blp.route("/deliveries")
@needs(access.SEES_LEDGER)
@blp.arguments(schemas.DeliveriesQuery, location="query")
@blp.response(200, schemas.Deliveries)
def deliveries(asked: dict[str, Any]) -> Response:
    """The ledger, newest first; `state`, `channel`, `recipient_id`, `ticket_id`, `event_id`, `event` narrow it."""
    place, most = last_id(), limit()
    filters = Filters(**{name: str(value) for name, value in asked.items()})

    def noun(reader: Any, actor: Actor) -> dict[str, Any]:
        items, last = queries.ledger(reader, actor, filters, before=place, most=most)
        return {"items": items, "next_cursor": encode_cursor([last]) if last else None}

    return query(noun, schemas.Deliveries)


@blp.route("/deliveries/<uuid:delivery_id>/retry", methods=["POST"])
@needs(access.SEES_LEDGER)
@blp.response(202, schemas.Delivery)
def retry(delivery_id: str) -> Response:
    """Send one that failed or was parked again, its tries counted anew."""
    return command(lambda tx: commands.retry(tx, tx.actor, delivery_id), schemas.Delivery, status=202)
