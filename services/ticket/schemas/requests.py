"""What callers send."""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.ticket.rules.opening import SUBJECT_LENGTH
from services.ticket.rules.turns import ATTENDANT_FILTERS, CLIENT_FILTERS
from services.ticket.schemas import parts

PRIORITIES: Final = ("low", "normal", "high", "urgent")
FILTERS: Final = tuple(dict.fromkeys([*CLIENT_FILTERS, *ATTENDANT_FILTERS]))
PAIRS_MOST: Final = 1000
DECISIONS_MOST: Final = 100
MINUTES_A_DAY: Final = 1440
FILED_MOST: Final = 100


class Nothing(Schema):
    """An empty body."""


class OpenRequest(Schema):
    """A ticket to be made: `submit` asks the flow to take it, else it is a draft. `client`: an id or an e-mail."""

    type = parts.code(required=True)
    subject = parts.text(SUBJECT_LENGTH)
    description = parts.text()
    parameters = parts.parameters(load_default=dict)
    submit = fields.Boolean(load_default=False)
    client = parts.words(parts.LINE, allow_none=True)
    priority = fields.String(validate=validate.OneOf(PRIORITIES), allow_none=True)
    template = parts.code(allow_none=True)
    created_from = parts.id(allow_none=True)


class TicketChanges(Schema):
    """What is to change of a ticket (JSON Merge Patch: null empties)."""

    subject = parts.text(SUBJECT_LENGTH, allow_none=True)
    description = parts.text(allow_none=True)
    parameters = parts.parameters(allow_none=True)
    priority = fields.String(validate=validate.OneOf(PRIORITIES))


class AdvanceRequest(Schema):
    transition = parts.code(required=True)
    comment = parts.text(load_default=None, allow_none=True)


class CancelRequest(Schema):
    reason = parts.text(load_default=None, allow_none=True)
    duplicate_of = parts.id(load_default=None, allow_none=True)


class TransferRequest(Schema):
    """`to`: a person's id or e-mail, or `queue:CODE`."""

    to = parts.words(parts.LINE, required=True)
    reason = parts.words(required=True)


class ScheduleRequest(Schema):
    until = parts.moment(required=True)
    reason = parts.text(load_default=None, allow_none=True)


class WaitRequest(Schema):
    party = parts.words(parts.LINE, required=True)
    reason = parts.text(load_default=None, allow_none=True)


class DecisionRequest(Schema):
    outcome = fields.String(required=True, validate=validate.OneOf(["approved", "rejected"]))
    reason = parts.text(load_default=None, allow_none=True)


class BulkDecision(DecisionRequest):
    """One of many: `version` is the ticket's that was seen."""

    ticket_id = parts.id(required=True)
    version = fields.Integer(required=True, strict=True)


class DecisionsRequest(Schema):
    items = fields.List(fields.Nested(BulkDecision), required=True, validate=validate.Length(min=1, max=DECISIONS_MOST))


class RatingRequest(Schema):
    score = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5))
    comment = parts.text(load_default=None, allow_none=True)


class MessageRequest(Schema):
    body = parts.words(required=True)
    visibility = fields.String(load_default="public", validate=validate.OneOf(["public", "internal"]))


class UnderstandingRequest(Schema):
    body = parts.words(required=True)
    due_on = fields.Date(load_default=None, allow_none=True)


class ShareRequest(Schema):
    """`person`: an id or an e-mail."""

    person = parts.words(parts.LINE, required=True)
    expires_at = parts.moment(required=True)


class RelationRequest(Schema):
    ticket_id = parts.id(required=True)
    kind = fields.String(load_default="related", validate=validate.OneOf(["related", "duplicate_of", "created_from"]))


class TimeEntryRequest(Schema):
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(1, MINUTES_A_DAY))
    worked_on = fields.Date(load_default=None, allow_none=True)
    note = parts.text(load_default="")


class TemplateRequest(Schema):
    """An own template."""

    type = parts.code(required=True)
    name = parts.words(parts.LINE, required=True)
    subject = parts.text(SUBJECT_LENGTH)
    description = parts.text()
    parameters = parts.parameters()


class TemplateChanges(Schema):
    """What is to change of an own template."""

    name = parts.words(parts.LINE)
    subject = parts.text(SUBJECT_LENGTH)
    description = parts.text()
    parameters = parts.parameters()


class FilingQuery(Schema):
    """What else is asked: how I stand to the ticket's files."""

    file_parameter = fields.List(
        fields.String(validate=validate.Length(min=1, max=parts.CODE)),
        load_default=list,
        validate=validate.Length(max=FILED_MOST),
        metadata={"description": "parameters whose files are asked about: answered in `filing`"},
    )
    file_id = parts.id(load_default=None, metadata={"description": "a file that is asked about"})
    message_id = parts.id(load_default=None, metadata={"description": "a message that is asked about"})


class TemplatesQuery(Schema):
    type = parts.code(load_default=None)


class _Side(Schema):
    as_ = fields.String(data_key="as", load_default=None, validate=validate.OneOf(["client", "attendant"]))
    scope = fields.String(load_default="own", validate=validate.OneOf(["own", "shared", "dependants"]))


class CountsQuery(_Side):
    """Whose lists are counted."""


class ListQuery(_Side):
    """Which tickets are listed; `q`: words, or a number or its last part; `holder` and `client`: a person's id."""

    filter = fields.String(load_default="all", validate=validate.OneOf(FILTERS))
    q = parts.text(parts.LINE, load_default="")
    type = parts.code(load_default=None)
    group = parts.code(load_default=None)
    priority = fields.String(load_default=None, validate=validate.OneOf(PRIORITIES))
    queue = parts.code(load_default=None)
    holder = parts.id(load_default=None)
    client = parts.id(load_default=None)
    order = fields.String(load_default="newest", validate=validate.OneOf(["newest", "due", "waiting"]))
    turns = fields.Boolean(load_default=False)


class Pair(Schema):
    person_id = parts.id(required=True)
    ticket_id = parts.id(required=True)


class VisibilityRequest(Schema):
    """Whether each person may see each ticket."""

    pairs = fields.List(fields.Nested(Pair), required=True, validate=validate.Length(max=PAIRS_MOST))
