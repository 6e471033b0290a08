"""POST /v1/tokens: by name and password, by refresh token, or by a machine client's secret."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Response

from services.identity import schemas
from services.identity.api.proving import prove_by_name
from services.identity.api.tools import seen, tools
from services.identity.commands import sessions
from services.identity.commands.sessions import Opening, wrong_credentials
from services.identity.queries import credentials
from services.identity.rules.clients import AUDIENCES, digest
from services.identity.rules.sessions import Granted
from services.identity.schemas.sign_in import grant_of
from shared import clock
from shared.access import EVERYWHERE
from shared.errors import Invalid, Message, Unauthenticated
from shared.http import blueprint, current_edge, public, respond

blp = blueprint("tokens", __name__, description="Signing in")


@blp.route("/tokens", methods=["POST"])
@public
@blp.arguments(schemas.TokenAsked)
@blp.response(200, schemas.Token)
def create_token(body: dict[str, Any]) -> Response:
    """Sign in, or go on: an access token, and the refresh token that replaces the one sent."""
    given = {name: value for name, value in body.items() if value is not None}
    if grant_of(given) == "password":
        answer = _by_password(given["username"], given["password"])
    elif grant_of(given) == "refresh_token":
        answer = _by_refresh(given["refresh_token"])
    else:
        answer = _by_secret(given["client_id"], given["client_secret"], given.get("audience"))
    return respond(answer, schemas.Token)


def _by_password(username: str, password: str) -> dict[str, Any]:
    where = seen()
    proof, forgive = prove_by_name(username, password, where.address)
    opening = Opening(seen=where, lifetime=tools().session_lifetime, forgive=forgive)
    return token_of(current_edge().units.run(lambda tx: sessions.sign_in(tx, proof, opening)))


def _by_refresh(token: str) -> dict[str, Any]:
    read = tools().signer.read_refresh(token)
    lifetime = tools().session_lifetime
    granted = None
    if read is not None:
        session_id, generation = read
        granted = current_edge().units.run(lambda tx: sessions.refresh(tx, session_id, generation, lifetime))
    if granted is None:
        raise Unauthenticated("This session has ended. Sign in again", type="session-ended")
    return token_of(granted)


def _by_secret(client_id: str, secret: str, audience: str | None) -> dict[str, Any]:
    """No throttle here: nobody guesses 256 random bits, and a service locked out by others' failures would stop all."""
    with current_edge().database.reader() as reader:
        found = credentials.machine(reader, client_id)
    stored = found.secret_digest if found else digest("")
    if not hmac.compare_digest(stored, digest(secret)) or found is None or not found.is_active:
        raise wrong_credentials()
    if audience not in AUDIENCES and (audience is not None or found.grants):
        wrong = Message("Name the service that you ask: one of %(services)s", {"services": sorted(AUDIENCES)})
        raise Invalid("Correct the fields named and send it again", fields={"audience": [wrong]})
    signed = tools().signer.access_token(
        found.person_id, found.person_id, clock.now(), audience=audience or EVERYWHERE, grants=found.grants
    )
    return _answer(signed, None)


def token_of(granted: Granted) -> dict[str, Any]:
    """The tokens of a session."""
    signer = tools().signer
    access = signer.access_token(granted.person_id, granted.session_id, granted.at)
    return _answer(access, signer.refresh_token(granted.session_id, granted.generation))


def _answer(access: str, refresh: str | None) -> dict[str, Any]:
    lasts = tools().signer.token_seconds
    return {"access_token": access, "token_type": "Bearer", "expires_in": lasts, "refresh_token": refresh}
