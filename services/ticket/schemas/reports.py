"""The shapes of reports: what they are asked for, and what they answer. A duration is in whole seconds."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from marshmallow import Schema, fields, validate

from services.ticket.rules.tables import SEPARATORS
from services.ticket.schemas import parts
from services.ticket.schemas.answers import Answer, Named

MOST_ROWS: Final = 10_000
_YEARS: Final = validate.Range(min=date(2000, 1, 1), max=date(2199, 12, 31))


def _count(**more: Any) -> fields.Integer:
    return fields.Integer(required=True, **more)


class PresentQuery(Schema):
    """Which tickets: of a type, of a group, that a queue holds or has held. `format=csv` is `Accept: text/csv`."""

    type = parts.code(load_default=None)
    group = parts.code(load_default=None)
    queue = parts.code(load_default=None)
    limit = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=MOST_ROWS),
        metadata={"description": "at most so many rows: 100 unless given, of days and as CSV 10,000"},
    )
    format = fields.String(load_default=None, validate=validate.OneOf(["json", "csv"]))
    separator = fields.String(load_default="comma", validate=validate.OneOf(list(SEPARATORS)))


class PeriodQuery(PresentQuery):
    """The same, and a period."""

    since = fields.Date(
        load_default=None,
        validate=_YEARS,
        metadata={"description": "the first day, in the reader's time zone; unless given, 89 days before the last"},
    )
    until = fields.Date(
        load_default=None,
        validate=_YEARS,
        metadata={"description": "the last day, which counts too: today unless given"},
    )


class PartyNamed(Answer):
    side = fields.String(required=True)
    id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    queue = fields.Boolean(required=True)


class OpenRow(Answer):
    type = fields.Nested(Named, required=True)
    stage = fields.Nested(Named, required=True, allow_none=True)
    side = fields.String(required=True)
    tickets = _count()
    near = _count()
    late = _count()
    oldest_since = fields.DateTime(required=True)
    median_seconds = _count()


class LoadRow(Answer):
    holder = fields.Nested(PartyNamed, required=True)
    is_absent = fields.Boolean(required=True)
    tickets = _count()
    third_party = _count()
    near = _count()
    late = _count()
    oldest_since = fields.DateTime(required=True, allow_none=True)
    ended = _count()


class ThroughputTotals(Answer):
    opened = _count()
    reopened = _count()
    concluded = _count()
    cancelled = _count()


class ThroughputRow(ThroughputTotals):
    day = fields.Date(required=True)


class _Sides(Answer):
    client_seconds = _count()
    attendant_seconds = _count()
    third_party_seconds = _count()
    nobody_seconds = _count()


class TimesTotals(_Sides):
    tickets = _count()
    mean_seconds = _count(allow_none=True)
    median_seconds = _count(allow_none=True)


class TimesRow(_Sides):
    month = fields.Date(required=True)
    tickets = _count()
    mean_seconds = _count()
    median_seconds = _count()


class SatisfactionRow(Answer):
    score = _count()
    ratings = _count()


class SatisfactionTotals(Answer):
    concluded = _count()
    ratings = _count()
    mean_score = fields.Float(required=True, allow_none=True)


class _Lengths(Answer):
    tickets = _count()
    mean_seconds = _count()
    median_seconds = _count()
    p90_seconds = _count()
    total_seconds = _count()


class BottleneckRow(_Lengths, _Sides):
    type = fields.Nested(Named, required=True)
    stage = fields.Nested(Named, required=True)
    visits = _count()


class WaitRow(_Lengths):
    side = fields.String(required=True)
    turns = _count()


class VariantRow(Answer):
    type = fields.Nested(Named, required=True)
    stages = fields.List(fields.Nested(Named), required=True)
    tickets = _count()
    share = fields.Float(required=True)
    mean_seconds = _count()
    median_seconds = _count()


class ReworkRow(Answer):
    type = fields.Nested(Named, required=True)
    stage = fields.Nested(Named, required=True)
    visited = _count()
    tickets = _count()
    returns = _count()
    seconds = _count()


class LoopRow(Answer):
    type = fields.Nested(Named, required=True)
    from_stage = fields.Nested(Named, required=True)
    stage = fields.Nested(Named, required=True)
    tickets = _count()
    returns = _count()


class HandOverRow(Answer):
    giver = fields.Nested(PartyNamed, required=True)
    taker = fields.Nested(PartyNamed, required=True)
    tickets = _count()
    hand_overs = _count()


class Report(Answer):
    """`cases`: how many tickets it tells of. Its rows are computed from one in `one_of` of them (1: all), drawn evenly.

    Not `is_whole`: `limit` left rows out.
    """

    since = fields.Date(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)
    time_zone = fields.String(required=True)
    made_at = fields.DateTime(required=True)
    cases = _count()
    one_of = _count()
    is_whole = fields.Boolean(required=True)


def _of(row: type[Answer], totals: type[Answer] | None = None) -> type[Report]:
    """A report of such rows."""
    parts_of: dict[str, Any] = {"items": fields.List(fields.Nested(row), required=True)}
    if totals is not None:
        parts_of["totals"] = fields.Nested(totals, required=True)
    return Report.from_dict(parts_of, name=row.__name__.removesuffix("Row") + "Report")  # type: ignore[return-value]


OpenReport: Final = _of(OpenRow)
LoadReport: Final = _of(LoadRow)
ThroughputReport: Final = _of(ThroughputRow, ThroughputTotals)
TimesReport: Final = _of(TimesRow, TimesTotals)
SatisfactionReport: Final = _of(SatisfactionRow, SatisfactionTotals)
BottleneckReport: Final = _of(BottleneckRow)
WaitReport: Final = _of(WaitRow)
VariantReport: Final = _of(VariantRow)
ReworkReport: Final = _of(ReworkRow)
LoopReport: Final = _of(LoopRow)
HandOverReport: Final = _of(HandOverRow)


class TypeChoice(Named):
    group = fields.Nested(Named, required=True)


class Scope(Answer):
    types = fields.List(fields.Nested(TypeChoice), required=True)
    queues = fields.List(fields.Nested(Named), required=True)
