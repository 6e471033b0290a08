"""One-time links: asked for by who forgot their password, looked at, used; and their address for who sends them."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.identity import schemas
from services.identity.api.people import link_address
from services.identity.api.proving import fresh_hash, refuse_waiting
from services.identity.api.tools import caller_address, tools
from services.identity.commands import passwords
from services.identity.commands.sessions import record_failure
from services.identity.queries import credentials
from services.identity.queries import sessions as queries
from services.identity.queries.sessions import LinkShown
from services.identity.rules.links import Link
from services.identity.rules.throttle import address_key
from shared.errors import NotFound
from shared.http import blueprint, current_edge, public, query, respond, services_only
from shared.transaction import Transaction

blp = blueprint("links", __name__, description="One-time links")


@blp.route("/links", methods=["POST"])
@public
@blp.arguments(schemas.Forgotten)
@blp.response(202)
def forgotten(body: dict[str, Any]) -> Response:
    """Have a link sent to who forgot their password. The answer is the same whether there is such a person or not."""
    edge, address = current_edge(), f"link:{caller_address()}"
    with edge.database.reader() as reader:
        found = credentials.by_username(reader, body["username"], address, tools().limits)
    refuse_waiting(found.wait_seconds)
    lifetimes = tools().lifetimes

    def verb(tx: Transaction) -> None:
        record_failure(tx, [address_key(address)])
        if found.person_id is not None:
            passwords.forgotten(tx, found.person_id, lifetimes)

    edge.units.run(verb)
    return Response(status=202)


@blp.route("/links/check", methods=["POST"])
@public
@blp.arguments(schemas.LinkToken)
@blp.response(200, schemas.LinkShown)
def check_link(body: dict[str, Any]) -> Response:
    """Whose link this is and what for; 404 for one that cannot be used any more."""
    with current_edge().database.reader() as reader:
        shown = _shown(reader, _read(reader, body["token"]))
    return respond(shown, schemas.LinkShown)


@blp.route("/links/use", methods=["POST"])
@public
@blp.arguments(schemas.LinkUse)
@blp.response(204)
def use_link(body: dict[str, Any]) -> Response:
    """Set a password by a link, which uses it up; every session of the person ends."""
    edge = current_edge()
    with edge.database.reader() as reader:
        link = _read(reader, body["token"])
        known = list(credentials.known_words(reader, link.person_id))
    new_hash = fresh_hash(body["password"], known)
    edge.units.run(lambda tx: passwords.use_link(tx, link.id, new_hash=new_hash))
    return Response(status=204)


@blp.route("/links/<uuid:link_id>")
@services_only()
@blp.response(200, schemas.LinkAddress)
def read_link(link_id: str) -> Response:
    """The address of a link, for the service that sends it; 404 for one that cannot be used any more."""

    def noun(reader: Any, _: Any) -> dict[str, Any]:
        return link_address(_good(reader, link_id))

    return query(noun, schemas.LinkAddress)


def _read(reader: Any, token: str) -> Link:
    link_id = tools().signer.read_link(token)
    if link_id is None:
        raise passwords.link_not_good()
    return _good(reader, link_id)


def _good(reader: Any, link_id: str) -> Link:
    link = queries.good_link(reader, link_id)
    if link is None:
        raise passwords.link_not_good()
    return link


def _shown(reader: Any, link: Link) -> LinkShown:
    try:
        return queries.link_shown(reader, link)
    except NotFound as error:
        raise passwords.link_not_good() from error
