"""A ticket's clock, and how its deadlines come about."""

from __future__ import annotations

from marshmallow import fields

from services.ticket.schemas.answers import Answer


class ClockSpell(Answer):
    """A stretch of the ledger as a clock sees it, and how much open time of the calendar it had."""

    since = fields.DateTime(required=True)
    until = fields.DateTime(required=True, allow_none=True)
    side = fields.String(required=True)
    why = fields.String(
        required=True, metadata={"description": "`counted`, or why not: `nobody`, `third_party` or `other_side`"}
    )
    open_seconds = fields.Float(required=True)


class ClockExplained(Answer):
    """A clock: of the present stage, or of a side over all of its stages. The instants are null while it pauses."""

    name = fields.String(required=True, metadata={"description": "`stage`, or the side's name"})
    calendar = fields.String(required=True, allow_none=True, metadata={"description": "null: plain time"})
    due_at = fields.DateTime(required=True, allow_none=True)
    near_at = fields.DateTime(required=True, allow_none=True)
    budget_seconds = fields.Float(required=True)
    spent_seconds = fields.Float(required=True)
    intervals = fields.List(fields.Nested(ClockSpell), required=True)


class Clock(Answer):
    seconds = fields.Dict(required=True)
    due_at = fields.DateTime(required=True, allow_none=True)
    near_at = fields.DateTime(required=True, allow_none=True)
    at = fields.DateTime(required=True)
    clocks = fields.List(
        fields.Nested(ClockExplained),
        required=True,
        allow_none=True,
        metadata={"description": "which intervals counted, which did not and why; null while the flow cannot be asked"},
    )
