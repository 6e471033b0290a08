"""Open tickets and the versions that they are on: GET /v1/types/{code}/flows, POST /v1/flows/{ticket_id}/migrate."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.workflow import schemas
from services.workflow.access.predicates import PUBLISH
from services.workflow.api.places import after_id
from services.workflow.commands.migrating import migrate_flow
from services.workflow.queries import flows as queries
from shared.http import blueprint, command, encode_cursor, limit, needs, query
from shared.ids import Actor

blp = blueprint("migrating", __name__, description="Moving open tickets between versions")


@blp.route("/types/<string:code>/flows")
@needs(PUBLISH)
@blp.arguments(schemas.RunningQuery, location="query")
@blp.response(200, schemas.RunningFlows)
def running(asked: dict[str, Any], code: str) -> Response:
    """The open tickets of a type, oldest first; with `other_than` only those on another version."""

    def noun(reader: Any, actor: Actor) -> dict[str, Any]:
        items, last = queries.running(reader, code, other_than=asked["other_than"], after=after_id(), limit=limit())
        return {"items": items, "next_cursor": encode_cursor([last]) if last else None}

    return query(noun, schemas.RunningFlows)


@blp.route("/flows/<uuid:ticket_id>/migrate", methods=["POST"])
@needs(PUBLISH)
@blp.arguments(schemas.MigrateRequest)
@blp.response(200, schemas.Migration)
def migrate(body: dict[str, Any], ticket_id: str) -> Response:
    """Move an open ticket to another published version of its type; with `dry_run` only tell what is in the way."""
    return command(
        lambda tx: migrate_flow(
            tx, ticket_id, to_version=body["version"], parameters=body["parameters"], dry_run=body["dry_run"]
        ),
        schemas.Migration,
    )
