"""Letting others see a ticket, who may see it, and relating tickets."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.ticket import schemas
from services.ticket.api.places import page, place
from services.ticket.commands import sharing
from services.ticket.queries import discussion
from services.ticket.queries.readers import readers_of
from services.ticket.rules.answers import ReadersShown
from shared.http import blueprint, command, limit, query, signed_in
from shared.ids import Actor

blp = blueprint("sharing", __name__, description="Shares and relations")


@blp.route("/tickets/<uuid:ticket_id>/shares")
@signed_in
@blp.response(200, schemas.Shares)
def shares(ticket_id: str) -> Response:
    """With whom it is shared by name."""
    return query(lambda reader, actor: discussion.shares_of(reader, actor, ticket_id), schemas.Shares)


@blp.route("/tickets/<uuid:ticket_id>/shares", methods=["POST"])
@signed_in
@blp.arguments(schemas.ShareRequest())
@blp.response(201, schemas.Share)
def share(body: dict[str, Any], ticket_id: str) -> Response:
    """Let one person read it and write in its discussion, until an instant."""
    return command(lambda tx: sharing.share(tx, ticket_id, **body), schemas.Share, status=201)


@blp.route("/tickets/<uuid:ticket_id>/shares/<uuid:share_id>", methods=["DELETE"])
@signed_in
@blp.response(204)
def unshare(ticket_id: str, share_id: str) -> Response:
    """End a share."""
    return command(lambda tx: sharing.unshare(tx, ticket_id, share_id), None, status=204)


@blp.route("/tickets/<uuid:ticket_id>/readers")
@signed_in
@blp.response(200, schemas.TicketReaders)
def readers(ticket_id: str) -> Response:
    """Who may see it now and why, by the rules by which access is judged: for administrators, who see it themselves."""
    after, most = place(), limit()

    def noun(reader: Any, actor: Actor) -> ReadersShown:
        found, is_confidential = readers_of(reader, actor, ticket_id, after=after, most=most + 1)
        shown = page(found, most)
        return ReadersShown(shown.items, shown.next_cursor, is_confidential)

    return query(noun, schemas.TicketReaders)


@blp.route("/tickets/<uuid:ticket_id>/relations")
@signed_in
@blp.response(200, schemas.Relations)
def relations(ticket_id: str) -> Response:
    """The tickets that it is related to, as far as I may see them."""
    return query(lambda reader, actor: discussion.relations_of(reader, actor, ticket_id), schemas.Relations)


@blp.route("/tickets/<uuid:ticket_id>/relations", methods=["POST"])
@signed_in
@blp.arguments(schemas.RelationRequest())
@blp.response(201, schemas.Relation)
def relate(body: dict[str, Any], ticket_id: str) -> Response:
    """Relate it to another ticket."""
    return command(
        lambda tx: sharing.relate(tx, ticket_id, other_id=body["ticket_id"], kind=body["kind"]),
        schemas.Relation,
        status=201,
    )


@blp.route("/tickets/<uuid:ticket_id>/relations/<uuid:relation_id>", methods=["DELETE"])
@signed_in
@blp.response(204)
def unrelate(ticket_id: str, relation_id: str) -> Response:
    """Remove a relation."""
    return command(lambda tx: sharing.unrelate(tx, ticket_id, relation_id), None, status=204)
