"""Machine clients, made by administrators for integrators."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response

from services.identity import schemas
from services.identity.api.places import after_code, page
from services.identity.api.tools import house, tools
from services.identity.commands import clients
from services.identity.queries import profiles as queries
from shared.http import blueprint, command, limit, needs, query

blp = blueprint("clients", __name__, description="Machine clients")
MANAGES = "people.manage"


@blp.route("/clients")
@needs(MANAGES)
@blp.response(200, schemas.Clients)
def list_clients() -> Response:
    """Machine clients, those of the house's own services too."""
    place, most = after_code(), limit()
    return query(
        lambda reader, actor: page(queries.client_list(reader, place, most), most, lambda each: each.client_id),
        schemas.Clients,
    )


@blp.route("/clients", methods=["POST"])
@needs(MANAGES)
@blp.arguments(schemas.ClientNew)
@blp.response(201, schemas.ClientWithSecret)
def create_client(body: dict[str, Any]) -> Response:
    """Make a machine client; its secret is shown this once."""
    new = replace(house(tools().options, body["name"]), profiles=tuple(body["profiles"]), mail=False)
    return command(lambda tx: clients.create_client(tx, tx.actor, new), schemas.ClientWithSecret, status=201)


@blp.route("/clients/<string:client_id>/rotate", methods=["POST"])
@needs(MANAGES)
@blp.response(200, schemas.ClientWithSecret)
def rotate_secret(client_id: str) -> Response:
    """Give a machine client a new secret; the old one ends at once."""
    return command(lambda tx: clients.rotate_secret(tx, tx.actor, client_id), schemas.ClientWithSecret)


@blp.route("/clients/<string:client_id>", methods=["DELETE"])
@needs(MANAGES)
@blp.response(200, schemas.Client)
def revoke_client(client_id: str) -> Response:
    """End a machine client: its secret and its tokens are refused at once."""
    return command(lambda tx: clients.revoke_client(tx, tx.actor, client_id), schemas.Client)
