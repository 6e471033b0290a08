"""Profiles and client kinds."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.identity import schemas
from services.identity.api.places import after_code, page
from services.identity.commands import profiles
from services.identity.queries import profiles as queries
from services.identity.rules.kinds import Kind
from services.identity.rules.permissions import PERMISSIONS
from services.identity.rules.profiles import Profile
from shared.errors import Message
from shared.http import blueprint, command, limit, needs, query, signed_in, translate

blp = blueprint("profiles", __name__, description="Profiles and client kinds")
MANAGES = "people.manage"


@blp.route("/profiles")
@needs(MANAGES)
@blp.response(200, schemas.Profiles)
def list_profiles() -> Response:
    """Profiles by code."""
    place, most = after_code(), limit()
    return query(
        lambda reader, actor: page(queries.profile_list(reader, place, most), most, lambda each: each.code),
        schemas.Profiles,
    )


@blp.route("/profiles", methods=["POST"])
@needs(MANAGES)
@blp.arguments(schemas.ProfileNew)
@blp.response(201, schemas.Profile)
def create_profile(body: dict[str, Any]) -> Response:
    """Make a profile; nobody grants more than they have."""
    made = Profile(**_tuples(body))
    return command(
        lambda tx: profiles.create_profile(tx, tx.actor, made),
        schemas.Profile,
        status=201,
        location=lambda profile: f"/v1/profiles/{profile.code}",
    )


@blp.route("/profiles/<string:code>")
@needs(MANAGES)
@blp.response(200, schemas.Profile)
def read_profile(code: str) -> Response:
    """One profile."""
    return query(lambda reader, actor: queries.profile(reader, code), schemas.Profile)


@blp.route("/profiles/<string:code>", methods=["PATCH"])
@needs(MANAGES)
@blp.arguments(schemas.ProfileChanges)
@blp.response(200, schemas.Profile)
def change_profile(body: dict[str, Any], code: str) -> Response:
    """Change a profile; `is_retired` makes it grant nothing any more."""
    changes = _tuples(body)
    return command(lambda tx: profiles.change_profile(tx, tx.actor, code, changes), schemas.Profile)


@blp.route("/permissions")
@needs(MANAGES)
@blp.response(200, schemas.Permissions)
def list_permissions() -> Response:
    """What a profile may grant, in words."""

    def noun(reader: Any, actor: Any) -> dict[str, Any]:
        return {
            "items": [{"name": name, "description": translate(Message(text))} for name, text in PERMISSIONS.items()]
        }

    return query(noun, schemas.Permissions)


@blp.route("/client-kinds")
@signed_in
@blp.response(200, schemas.Kinds)
def list_kinds() -> Response:
    """The client kinds, and by which identifiers such clients sign in."""
    return query(lambda reader, actor: {"items": queries.kind_list(reader)}, schemas.Kinds)


@blp.route("/client-kinds", methods=["PUT"])
@needs("catalog.publish")
@blp.arguments(schemas.Kinds)
@blp.response(200, schemas.Kinds)
def keep_kinds(body: dict[str, Any]) -> Response:
    """Keep exactly these client kinds; the others are retired."""
    kinds = [Kind(code=item["code"], names=item["names"], login=tuple(item["login"])) for item in body["items"]]
    return command(lambda tx: {"items": profiles.keep_kinds(tx, tx.actor, kinds)}, schemas.Kinds)


def _tuples(body: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}
