"""People."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.identity.schemas import parts


class Named(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)


class PersonNew(Schema):
    """Somebody who is to be made."""

    name = parts.line(required=True)
    email = parts.line(254, load_default=None, allow_none=True)
    kind = fields.String(validate=parts.CODE, load_default=None, allow_none=True)
    identifiers = parts.identifiers(load_default=dict)
    profiles = parts.codes(load_default=list)
    password = parts.password(load_default=None, allow_none=True)
    language = parts.language()
    time_zone = parts.time_zone()
    mail = fields.Boolean(load_default=True, metadata={"description": "whether they are told things by e-mail"})
    superior_id = fields.UUID(load_default=None, allow_none=True)
    substitute_id = fields.UUID(load_default=None, allow_none=True)
    absent_from = fields.Date(load_default=None, allow_none=True)
    absent_until = fields.Date(load_default=None, allow_none=True)
    guardians = fields.List(fields.UUID(), validate=[validate.Length(max=20), parts.once_each], load_default=list)
    organisation_id = fields.UUID(load_default=None, allow_none=True)


class PersonChanges(Schema):
    """What is to change of somebody (JSON Merge Patch: null removes)."""

    name = parts.line()
    email = parts.line(254, allow_none=True)
    kind = fields.String(validate=parts.CODE, allow_none=True)
    identifiers = parts.identifiers()
    profiles = parts.codes(allow_none=True)
    language = parts.language()
    time_zone = parts.time_zone()
    mail = fields.Boolean()
    superior_id = fields.UUID(allow_none=True)
    substitute_id = fields.UUID(allow_none=True)
    absent_from = fields.Date(allow_none=True)
    absent_until = fields.Date(allow_none=True)
    guardians = fields.List(fields.UUID(), validate=[validate.Length(max=20), parts.once_each], allow_none=True)
    organisation_id = fields.UUID(allow_none=True)


class MyChanges(Schema):
    """What people may change of themselves."""

    language = parts.language()
    time_zone = parts.time_zone()
    mail = fields.Boolean()
    substitute_id = fields.UUID(allow_none=True)
    absent_from = fields.Date(allow_none=True)
    absent_until = fields.Date(allow_none=True)


class _Shown(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    time_zone = fields.String(required=True)
    profiles = fields.List(fields.String(), required=True)
    mail = fields.Boolean(required=True)
    superior = fields.Nested(Named, required=True, allow_none=True)
    substitute = fields.Nested(Named, required=True, allow_none=True)
    absent_from = fields.Date(required=True, allow_none=True)
    absent_until = fields.Date(required=True, allow_none=True)
    is_absent = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class Person(_Shown):
    """A person as administrators see them."""

    identifiers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    is_active = fields.Boolean(required=True)
    is_machine = fields.Boolean(required=True)
    guardians = fields.List(fields.Nested(Named), required=True)
    organisation = fields.Nested(Named, required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


class People(Schema):
    items = fields.List(fields.Nested(Person), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PeopleQuery(Schema):
    q = fields.String(validate=[validate.Length(max=200), parts.printable], load_default="")
    profile = fields.String(validate=parts.CODE)
    kind = fields.String(validate=parts.CODE)
    organisation = fields.UUID()
    is_active = fields.Boolean()
    id = fields.List(fields.UUID(), validate=validate.Length(max=100))


class Me(_Shown):
    """Who is signed in, and what they may do."""

    permissions = fields.List(fields.String(), required=True)
    session_id = fields.String(required=True, allow_none=True)


class PasswordChange(Schema):
    current = parts.password(required=True)
    password = parts.password(required=True)


class DirectoryQuery(Schema):
    q = fields.String(validate=[validate.Length(max=200), parts.printable], load_default="")
    permission = fields.String(validate=[validate.Length(max=60), parts.printable])


class DirectoryEntry(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True)


class Directory(Schema):
    items = fields.List(fields.Nested(DirectoryEntry), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
