"""Profiles, client kinds and machine clients."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.identity.schemas import parts


def _permissions(**kwargs: Any) -> fields.List[str]:
    one = fields.String(validate=[validate.Length(min=1, max=60), parts.printable])
    return fields.List(one, validate=[validate.Length(max=100), parts.once_each], **kwargs)


def _scopes(**kwargs: Any) -> fields.List[str]:
    one = fields.String(validate=[validate.Length(min=1, max=90), parts.printable])
    return fields.List(one, validate=[validate.Length(max=500), parts.once_each], **kwargs)


class ProfileNew(Schema):
    """A profile that is to be made."""

    code = fields.String(required=True, validate=parts.CODE)
    names = parts.names_by_language(required=True, validate=validate.Length(min=1))
    permissions = _permissions(load_default=list)
    scopes = _scopes(load_default=list)


class ProfileChanges(Schema):
    """What is to change of a profile."""

    names = parts.names_by_language(may_be_null=True)
    permissions = _permissions()
    scopes = _scopes()
    is_retired = fields.Boolean()


class Profile(Schema):
    """A named set of permissions."""

    code = fields.String(required=True)
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    permissions = fields.List(fields.String(), required=True)
    scopes = fields.List(fields.String(), required=True)
    is_built_in = fields.Boolean(required=True)
    is_retired = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class Profiles(Schema):
    items = fields.List(fields.Nested(Profile), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Kind(Schema):
    """A client kind: `login` lists the identifiers that such a client may sign in by."""

    code = fields.String(required=True, validate=parts.CODE)
    names = parts.names_by_language(load_default=dict)
    login = fields.List(
        fields.String(validate=validate.Length(max=20)), load_default=lambda: ["email"], validate=parts.once_each
    )


class Kinds(Schema):
    items = fields.List(fields.Nested(Kind), required=True, validate=validate.Length(min=1, max=100))


class ClientNew(Schema):
    """A machine client that is to be made."""

    name = parts.line(required=True)
    profiles = parts.codes(load_default=list)


class Client(Schema):
    """A machine client."""

    client_id = fields.String(required=True)
    person_id = fields.String(required=True)
    name = fields.String(required=True)
    profiles = fields.List(fields.String(), required=True)
    is_active = fields.Boolean(required=True)
    is_of_this_house = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    rotated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class ClientWithSecret(Schema):
    """A machine client with its secret, which is shown this once."""

    client = fields.Nested(Client, required=True)
    client_secret = fields.String(required=True)


class Clients(Schema):
    items = fields.List(fields.Nested(Client), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Permission(Schema):
    """What may be granted."""

    name = fields.String(required=True)
    description = fields.String(required=True)


class Permissions(Schema):
    items = fields.List(fields.Nested(Permission), required=True)
