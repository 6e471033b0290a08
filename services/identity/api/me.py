"""Who is signed in: GET|PATCH /v1/me, and their password."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.identity import schemas
from services.identity.api.people import plain
from services.identity.api.proving import fresh_hash, prove_again
from services.identity.api.tools import caller_address, session_id
from services.identity.commands import passwords, people
from services.identity.queries import credentials
from services.identity.queries import people as queries
from services.identity.rules import people as rules
from shared.http import blueprint, command, current_actor, current_edge, query, signed_in
from shared.transaction import Transaction

blp = blueprint("me", __name__, description="Who is signed in")


@blp.route("/me")
@signed_in
@blp.response(200, schemas.Me)
def read_me() -> Response:
    """Who is signed in, and what they may do."""
    session = session_id()
    return query(lambda reader, actor: queries.me(reader, actor, session), schemas.Me)


@blp.route("/me", methods=["PATCH"])
@signed_in
@blp.arguments(schemas.MyChanges)
@blp.response(200, schemas.Person)
def change_me(body: dict[str, Any]) -> Response:
    """Change one's own language, time zone, mail, absence and substitute (JSON Merge Patch)."""
    changes = plain(body)

    def verb(tx: Transaction) -> rules.Resource:
        return people.change_person(tx, tx.actor, tx.actor.id, changes)

    return command(verb, schemas.Person)


@blp.route("/me/password", methods=["POST"])
@signed_in
@blp.arguments(schemas.PasswordChange)
@blp.response(204)
def change_password(body: dict[str, Any]) -> Response:
    """Set one's own password, the present one shown; the other sessions end."""
    session = session_id()
    query(lambda reader, actor: None, None)
    person_id = current_actor().id
    proof = prove_again(person_id, body["current"], caller_address())
    with current_edge().database.reader() as reader:
        known = list(credentials.known_words(reader, person_id))
    new_hash = fresh_hash(body["password"], known)

    def verb(tx: Transaction) -> None:
        passwords.change_password(tx, tx.actor, seen_hash=proof.seen_hash, new_hash=new_hash, session_id=session)

    return command(verb, None, status=204)
