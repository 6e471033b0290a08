"""Sessions: listed, ended one by one or everywhere."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.identity import schemas
from services.identity.api.places import after_id, page
from services.identity.api.tools import session_id
from services.identity.commands import sessions
from services.identity.queries import sessions as queries
from shared.http import blueprint, command, limit, query, signed_in
from shared.transaction import Transaction

blp = blueprint("sessions", __name__, description="Sessions")


@blp.route("/sessions")
@signed_in
@blp.arguments(schemas.SessionsQuery, location="query")
@blp.response(200, schemas.Sessions)
def list_sessions(asked: dict[str, Any]) -> Response:
    """One's own open sessions, oldest first; with `person_id` another's, for who manages people."""
    place, most, current = after_id(), limit(), session_id()

    def noun(reader: Any, actor: Any) -> Any:
        whose = str(asked.get("person_id") or actor.id)
        found = queries.open_sessions(reader, actor, whose, current=current, after=place, most=most)
        return page(found, most, lambda each: each.id)

    return query(noun, schemas.Sessions)


@blp.route("/sessions/<uuid:session>", methods=["DELETE"])
@signed_in
@blp.response(204)
def end_session(session: str) -> Response:
    """End a session; its tokens are refused at once."""
    return command(lambda tx: sessions.end_session(tx, tx.actor, session), None, status=204)


@blp.route("/sessions", methods=["DELETE"])
@signed_in
@blp.arguments(schemas.SessionsQuery, location="query")
@blp.response(204)
def sign_out_everywhere(asked: dict[str, Any]) -> Response:
    """End all of one's sessions, this one too; with `person_id` another's, for who manages people."""

    def verb(tx: Transaction) -> None:
        sessions.sign_out_everywhere(tx, tx.actor, str(asked.get("person_id") or tx.actor.id))

    return command(verb, None, status=204)
