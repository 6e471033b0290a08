"""GET /v1/flows/{ticket_id}: a flow as the service that runs it sees it."""

from __future__ import annotations

from flask import Response

from services.workflow import schemas
from services.workflow.queries import flows as queries
from shared.http import blueprint, query, signed_in

blp = blueprint("flows", __name__, description="Running flows")


@blp.route("/flows/<uuid:ticket_id>")
@signed_in
@blp.response(200, schemas.Flow)
def flow(ticket_id: str) -> Response:
    """Where a ticket stands, and its clocks explained interval by interval."""
    return query(lambda reader, actor: queries.flow(reader, actor, ticket_id), schemas.Flow)
