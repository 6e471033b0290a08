"""What other services ask: who may see which ticket."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.ticket import schemas
from services.ticket.queries.visibility import visible_pairs
from shared.http import blueprint, query, services_only
from shared.ids import Actor

blp = blueprint("asked", __name__, description="For the other services")


@blp.route("/visibility", methods=["POST"])
@services_only()
@blp.arguments(schemas.VisibilityRequest())
@blp.response(200, schemas.VisiblePairs)
def visibility(body: dict[str, Any]) -> Response:
    """Whether each person may see each ticket now; a ticket or person that is not there is not visible."""
    pairs = [(pair["person_id"], pair["ticket_id"]) for pair in body["pairs"]]

    def noun(reader: Any, actor: Actor) -> dict[str, Any]:
        seen = visible_pairs(reader, pairs)
        return {"items": [{"person_id": p, "ticket_id": t, "visible": (p, t) in seen} for p, t in pairs]}

    return query(noun, schemas.VisiblePairs)
