"""Types: those I may open, one whole, and published versions."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.workflow import schemas
from services.workflow.api.places import after
from services.workflow.queries import types as queries
from shared.http import blueprint, current_language, encode_cursor, limit, query, signed_in
from shared.ids import Actor

blp = blueprint("types", __name__, description="What kinds of request there are")


@blp.route("/types")
@signed_in
@blp.arguments(schemas.TypesQuery, location="query")
@blp.response(200, schemas.OfferedTypes)
def types(asked: dict[str, Any]) -> Response:
    """The types that I may open (with `client`: for that client), each with the form that opens it."""
    client_id = str(asked["client"]) if "client" in asked else None

    def noun(reader: Any, actor: Actor) -> dict[str, Any]:
        who = queries.opener(reader, actor, client_id)
        items, last = queries.offered(reader, who, language=current_language(), after=after(), limit=limit())
        return {"items": items, "next_cursor": encode_cursor([last]) if last else None}

    return query(noun, schemas.OfferedTypes)


@blp.route("/types/<string:code>")
@signed_in
@blp.response(200, schemas.WholeType)
def one(code: str) -> Response:
    """A type as its events say it, with their numbers, for replicas and attendants."""
    return query(lambda reader, actor: queries.whole(reader, actor, code), schemas.WholeType)


@blp.route("/types/<string:code>/versions/<int:number>")
@signed_in
@blp.response(200, schemas.Version)
def version(code: str, number: int) -> Response:
    """A published version: its parameters, matrix and flow. It never changes."""
    return query(lambda reader, actor: queries.version(reader, actor, code, number), schemas.Version)


@blp.route("/types/<string:code>/versions/current")
@signed_in
@blp.response(200, schemas.Version)
def current(code: str) -> Response:
    """The version that judges a submission now."""
    return query(lambda reader, actor: queries.version(reader, actor, code, None), schemas.Version)
