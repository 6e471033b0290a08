"""The shapes of what people keep: their filters, and answers written beforehand."""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.ticket.schemas import parts
from services.ticket.schemas.answers import Answer, Items
from services.ticket.schemas.requests import FILTERS, PRIORITIES

SIDES: Final = ("client", "attendant")


class FilterQuery(Schema):
    """What a list of tickets is asked for, as `GET /v1/tickets` takes it; what is left out is not asked."""

    filter = fields.String(validate=validate.OneOf(FILTERS))
    scope = fields.String(validate=validate.OneOf(["own", "shared", "dependants"]))
    q = parts.text(parts.LINE)
    type = parts.code()
    group = parts.code()
    priority = fields.String(validate=validate.OneOf(PRIORITIES))
    queue = parts.code()
    order = fields.String(validate=validate.OneOf(["newest", "due", "waiting"]))


class SavedFiltersQuery(Schema):
    side = fields.String(data_key="as", load_default=None, validate=validate.OneOf(SIDES))


class SavedFilterRequest(Schema):
    """A filter to keep, for one's lists as client or as attendant (`side`)."""

    side = fields.String(required=True, validate=validate.OneOf(SIDES))
    name = parts.words(parts.LINE, required=True)
    query = fields.Nested(FilterQuery, required=True)


class SavedFilterChanges(Schema):
    """What is to change of an own filter; `query` is replaced whole."""

    name = parts.words(parts.LINE)
    query = fields.Nested(FilterQuery)


class SavedFilter(Answer):
    id = fields.String(required=True)
    side = fields.String(required=True)
    name = fields.String(required=True)
    query = fields.Dict(required=True)
    version = fields.Integer(required=True)


class SavedFilters(Items):
    items = fields.List(fields.Nested(SavedFilter), required=True)


class CannedAnswerRequest(Schema):
    """An answer to keep; `body` may hold placeholders: {{ticket.number}}, {{client.name}}, {{parameters.CODE}}…"""

    scope = fields.String(load_default="personal", validate=validate.OneOf(["personal", "house"]))
    name = parts.words(parts.LINE, required=True)
    body = parts.words(required=True)


class CannedAnswerChanges(Schema):
    """What is to change of an answer."""

    name = parts.words(parts.LINE)
    body = parts.words()


class CannedAnswer(Answer):
    id = fields.String(required=True)
    scope = fields.String(required=True)
    name = fields.String(required=True)
    body = fields.String(required=True)
    placeholders = fields.List(fields.String(), required=True)
    version = fields.Integer(required=True)


class CannedAnswers(Items):
    items = fields.List(fields.Nested(CannedAnswer), required=True)


class FilledAnswer(Answer):
    id = fields.String(required=True)
    name = fields.String(required=True)
    body = fields.String(required=True)
