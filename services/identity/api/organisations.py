"""Organisations, for administrators."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.identity.api.places import after_id, page
from services.identity.commands import organisations
from services.identity.queries import organisations as queries
from services.identity.schemas import organisations as schemas
from shared.http import Page, blueprint, command, limit, needs, query
from shared.ids import Actor

blp = blueprint("organisations", __name__, description="Organisations")
MANAGES = "people.manage"


@blp.route("/organisations")
@needs(MANAGES)
@blp.arguments(schemas.OrganisationsQuery, location="query")
@blp.response(200, schemas.Organisations)
def list_organisations(asked: dict[str, Any]) -> Response:
    """Organisations, oldest first; `q` (words of a name) narrows it."""
    place, most = after_id(), limit()

    def noun(reader: Any, actor: Actor) -> Page:
        return page(queries.organisation_list(reader, asked["q"], place, most), most, lambda each: each.id)

    return query(noun, schemas.Organisations)


@blp.route("/organisations", methods=["POST"])
@needs(MANAGES)
@blp.arguments(schemas.OrganisationNew)
@blp.response(201, schemas.Organisation)
def create_organisation(body: dict[str, Any]) -> Response:
    """Make an organisation."""
    return command(
        lambda tx: organisations.create_organisation(tx, body["name"]),
        schemas.Organisation,
        status=201,
        location=lambda made: f"/v1/organisations/{made.id}",
    )


@blp.route("/organisations/<uuid:organisation_id>")
@needs(MANAGES)
@blp.response(200, schemas.Organisation)
def read_organisation(organisation_id: str) -> Response:
    """One organisation."""
    return query(lambda reader, actor: queries.organisation(reader, organisation_id), schemas.Organisation)


@blp.route("/organisations/<uuid:organisation_id>", methods=["PATCH"])
@needs(MANAGES)
@blp.arguments(schemas.OrganisationChanges)
@blp.response(200, schemas.Organisation)
def rename_organisation(body: dict[str, Any], organisation_id: str) -> Response:
    """Give an organisation another name."""
    return command(
        lambda tx: organisations.rename_organisation(tx, organisation_id, body["name"]), schemas.Organisation
    )
