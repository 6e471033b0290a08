"""Organisations."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.identity.schemas import parts


class OrganisationNew(Schema):
    """An organisation that is to be made."""

    name = parts.line(required=True)


class OrganisationChanges(OrganisationNew):
    """What is to change of an organisation."""


class Organisation(Schema):
    """What several clients belong to."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    people_count = fields.Integer(required=True, metadata={"description": "how many people belong to it"})
    created_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class OrganisationsQuery(Schema):
    q = fields.String(validate=[validate.Length(max=200), parts.printable], load_default="")


class Organisations(Schema):
    items = fields.List(fields.Nested(Organisation), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
