"""The portal's sessions: the browser's cookie holds an opaque id, which the portal trades here for access tokens.

Ids travel in bodies, never in addresses, so that no log keeps one.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response

from services.identity import schemas
from services.identity.api.proving import prove_by_name
from services.identity.api.tools import seen, tools
from services.identity.commands import sessions
from services.identity.commands.sessions import Opening
from services.identity.rules.clients import digest
from services.identity.rules.permissions import PORTAL
from services.identity.rules.sessions import Granted, Seen
from shared.http import blueprint, current_edge, respond, services_only

blp = blueprint("portal", __name__, description="Sessions of the portal")


@blp.route("/portal-sessions", methods=["POST"])
@services_only(PORTAL)
@blp.arguments(schemas.PortalSessionNew)
@blp.response(201, schemas.PortalSession)
def open_session(body: dict[str, Any]) -> Response:
    """Sign somebody in at the portal."""
    caller = seen()
    where = Seen(body["address"] or caller.address, body["agent"] or caller.agent)
    proof, forgive = prove_by_name(body["username"], body["password"], where.address)
    id = f"vps_{secrets.token_urlsafe(32)}"
    opening = Opening(seen=where, lifetime=tools().session_lifetime, portal_digest=digest(id), forgive=forgive)
    granted = current_edge().units.run(lambda tx: sessions.sign_in(tx, proof, opening))
    return respond({"id": id, **_token(granted)}, schemas.PortalSession, status=201)


@blp.route("/portal-sessions/token", methods=["POST"])
@services_only(PORTAL)
@blp.arguments(schemas.PortalAddress)
@blp.response(200, schemas.PortalToken)
def trade(body: dict[str, Any]) -> Response:
    """An access token of a session; 401 for one that is over."""
    lifetime, portal_digest = tools().session_lifetime, digest(body["id"])
    granted = current_edge().units.run(lambda tx: sessions.go_on(tx, portal_digest, lifetime))
    return respond(_token(granted), schemas.PortalToken)


@blp.route("/portal-sessions/end", methods=["POST"])
@services_only(PORTAL)
@blp.arguments(schemas.PortalAddress)
@blp.response(204)
def end_session(body: dict[str, Any]) -> Response:
    """Sign somebody out of the portal; ending what is over already is no mistake."""
    portal_digest = digest(body["id"])
    current_edge().units.run(lambda tx: sessions.end_by_portal(tx, portal_digest))
    return Response(status=204)


def _token(granted: Granted) -> dict[str, Any]:
    signer = tools().signer
    access = signer.access_token(granted.person_id, granted.session_id, granted.at)
    return {"access_token": access, "token_type": "Bearer", "expires_in": signer.token_seconds}
