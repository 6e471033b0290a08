"""Tokens, sessions, links and the portal's sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.identity.schemas import parts

GRANTS: Final[dict[str, frozenset[str]]] = {
    "password": frozenset({"username", "password"}),
    "refresh_token": frozenset({"refresh_token"}),
    "client_credentials": frozenset({"client_id", "client_secret"}),
}


def grant_of(body: Mapping[str, Any]) -> str | None:
    """The one grant whose fields `body` has all of and no other's, or None."""
    given = {name for name, value in body.items() if value is not None} - {"grant_type", "audience"}
    return next((grant for grant, needed in GRANTS.items() if given == needed), None)


class TokenAsked(Schema):
    """One of: username and password; refresh_token; client_id, client_secret and audience."""

    grant_type = fields.String(validate=validate.OneOf(sorted(GRANTS)))
    username = fields.String(validate=validate.Length(min=1, max=300))
    password = parts.password()
    refresh_token = fields.String(validate=validate.Length(min=1, max=300), load_only=True)
    client_id = fields.String(validate=[validate.Length(min=1, max=100), parts.printable])
    client_secret = fields.String(validate=validate.Length(min=1, max=300), load_only=True)
    audience = fields.String(validate=[validate.Length(min=1, max=60), parts.printable])

    @validates_schema
    def one_grant(self, data: dict[str, Any], **_: Any) -> None:
        """Exactly one grant's fields are there."""
        grant = grant_of(data)
        if grant is None:
            raise ValidationError(
                "Send username and password, or refresh_token, or client_id, client_secret and audience", "username"
            )
        if data.get("grant_type", grant) != grant:
            raise ValidationError("This is not the grant whose fields were sent", "grant_type")
        if "audience" in data and grant != "client_credentials":
            raise ValidationError("Only machine clients name an audience", "audience")


class Token(Schema):
    """`refresh_token` is null for machine clients: they ask again with their secret."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    refresh_token = fields.String(required=True, allow_none=True)


class Key(Schema):
    kty = fields.String(required=True)
    crv = fields.String(required=True)
    x = fields.String(required=True)
    kid = fields.String(required=True)
    use = fields.String(required=True)
    alg = fields.String(required=True)


class Keys(Schema):
    """A JSON Web Key Set (RFC 7517)."""

    keys = fields.List(fields.Nested(Key), required=True)


class Session(Schema):
    """An open session."""

    id = fields.String(required=True)
    address = fields.String(required=True)
    agent = fields.String(required=True)
    is_portal = fields.Boolean(required=True)
    is_current = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    last_used_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class Sessions(Schema):
    items = fields.List(fields.Nested(Session), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class SessionsQuery(Schema):
    person_id = fields.UUID(metadata={"description": "somebody else's, with people.manage"})


class PortalSessionNew(Schema):
    """Somebody signs in at the portal; `address` and `agent` are those of their browser."""

    username = fields.String(required=True, validate=validate.Length(min=1, max=300))
    password = parts.password(required=True)
    address = fields.String(load_default="", validate=[validate.Length(max=64), parts.printable])
    agent = fields.String(load_default="", validate=[validate.Length(max=300), parts.printable])


class PortalSession(Schema):
    """`id` is what the browser's cookie holds."""

    id = fields.String(required=True)
    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class PortalAddress(Schema):
    id = fields.String(required=True, validate=validate.Length(min=1, max=300), load_only=True)


class PortalToken(Schema):
    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class MailTokenAsked(Schema):
    """The person who wrote a mail, and the mail's id at the notify service, for the audit log."""

    person_id = fields.UUID(required=True)
    mail_id = fields.UUID(required=True)


class Forgotten(Schema):
    username = fields.String(required=True, validate=validate.Length(min=1, max=300))


class LinkToken(Schema):
    token = fields.String(required=True, validate=validate.Length(min=1, max=300), load_only=True)


class LinkUse(LinkToken):
    password = parts.password(required=True)


class LinkShown(Schema):
    """Whose link it is and what for."""

    name = fields.String(required=True)
    purpose = fields.String(required=True)
    expires_at = fields.DateTime(required=True)


class LinkAddress(Schema):
    """A one-time link: who opens `url` sets a password."""

    id = fields.String(required=True)
    person_id = fields.String(required=True)
    purpose = fields.String(required=True)
    url = fields.String(required=True)
    expires_at = fields.DateTime(required=True)
