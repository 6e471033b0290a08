"""GET /.well-known/jwks.json: the keys by which everybody verifies tokens."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from services.identity import schemas
from services.identity.api.tools import tools
from shared.http import public, respond

blp = Blueprint("keys", __name__, description="The keys of tokens")


@blp.route("/.well-known/jwks.json")
@public
@blp.response(200, schemas.Keys)
def keys() -> Response:
    """The public keys of access tokens (RFC 7517)."""
    return respond(tools().signer.jwks(), schemas.Keys, headers={"Cache-Control": "public, max-age=300"})
