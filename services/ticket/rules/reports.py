"""What reports answer: frozen structs whose fields are the names on the wire, and the rows of days and months.

Durations are whole seconds. A *case* is a ticket whose flow ended in the period: the reports of the past tell of those,
each whole, whenever it began. Source of whose turn it was, and for how long: the turn ledger alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from services.ticket.rules.answers import Named
from services.ticket.rules.periods import Period


class PartyNamed(msgspec.Struct, frozen=True):
    """Who had the turn: an attendant, a queue (`id` is its code), or all clients or third parties together."""

    side: str
    id: str | None
    name: str
    queue: bool


class OpenRow(msgspec.Struct, frozen=True):
    """Open tickets of a type in one stage on one side; `stage` is null for those that are not routed yet."""

    type: Named
    stage: Named | None
    side: str
    tickets: int
    near: int
    late: int
    oldest_since: datetime
    median_seconds: int


class LoadRow(msgspec.Struct, frozen=True):
    """What an attendant or a queue holds now, and how many of what an attendant held last ended in the period."""

    holder: PartyNamed
    is_absent: bool
    tickets: int
    third_party: int
    near: int
    late: int
    oldest_since: datetime | None
    ended: int


class ThroughputRow(msgspec.Struct, frozen=True):
    """How many came in and went out on a day."""

    day: date
    opened: int = 0
    reopened: int = 0
    concluded: int = 0
    cancelled: int = 0


class ThroughputTotals(msgspec.Struct, frozen=True):
    opened: int
    reopened: int
    concluded: int
    cancelled: int


class TimesRow(msgspec.Struct, frozen=True):
    """How long the tickets concluded in a month took, and on whose turn: sums of the sides, mean and median of each."""

    month: date
    tickets: int
    mean_seconds: int
    median_seconds: int
    client_seconds: int
    attendant_seconds: int
    third_party_seconds: int
    nobody_seconds: int


class TimesTotals(msgspec.Struct, frozen=True):
    """The same of the whole period; null where nothing was concluded in it."""

    tickets: int
    mean_seconds: int | None
    median_seconds: int | None
    client_seconds: int
    attendant_seconds: int
    third_party_seconds: int
    nobody_seconds: int


class SatisfactionRow(msgspec.Struct, frozen=True):
    """How often a score was given to the tickets concluded in the period."""

    score: int
    ratings: int


class SatisfactionTotals(msgspec.Struct, frozen=True):
    concluded: int
    ratings: int
    mean_score: float | None


class BottleneckRow(msgspec.Struct, frozen=True):
    """How long a stage kept the cases: of each visit, and in sum by whose turn it was meanwhile."""

    type: Named
    stage: Named
    tickets: int
    visits: int
    mean_seconds: int
    median_seconds: int
    p90_seconds: int
    total_seconds: int
    client_seconds: int
    attendant_seconds: int
    third_party_seconds: int
    nobody_seconds: int


class WaitRow(msgspec.Struct, frozen=True):
    """How long a side kept the turn: of each turn, and in sum."""

    side: str
    tickets: int
    turns: int
    mean_seconds: int
    median_seconds: int
    p90_seconds: int
    total_seconds: int


class VariantRow(msgspec.Struct, frozen=True):
    """A way through the flow, stage by stage, and how many cases took it; `share` is of the type's cases."""

    type: Named
    stages: list[Named]
    tickets: int
    share: float
    mean_seconds: int
    median_seconds: int


class ReworkRow(msgspec.Struct, frozen=True):
    """A stage that cases came back to: how many of those that were in it, how often, and for how long again."""

    type: Named
    stage: Named
    visited: int
    tickets: int
    returns: int
    seconds: int


class LoopRow(msgspec.Struct, frozen=True):
    """From which stage cases came back to which."""

    type: Named
    from_stage: Named
    stage: Named
    tickets: int
    returns: int


class HandOverRow(msgspec.Struct, frozen=True):
    """How often the turn passed from one to another."""

    giver: PartyNamed
    taker: PartyNamed
    tickets: int
    hand_overs: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report. `cases` is how many tickets it tells of; not `is_whole`: `limit` left rows out.

    Its rows are computed from one in `one_of` of the cases, drawn evenly: from all of them where that is 1.
    """

    since: date | None
    until: date | None
    time_zone: str
    made_at: datetime
    cases: int
    one_of: int
    is_whole: bool
    items: list[Any]
    totals: Any = None


class TypeChoice(msgspec.Struct, frozen=True):
    code: str
    name: str
    group: Named


class Scope(msgspec.Struct, frozen=True):
    """What reports may be narrowed by: the types that their reader's reports count, and the queues."""

    types: list[TypeChoice]
    queues: list[Named]


def daily(period: Period, counted: Mapping[date, Mapping[str, int]]) -> list[ThroughputRow]:
    """A row for each day of the period, those on which nothing happened too."""
    return [ThroughputRow(day, **counted.get(day, {})) for day in period.days]


def summed(rows: Sequence[ThroughputRow]) -> ThroughputTotals:
    """The days' sums."""
    return ThroughputTotals(
        sum(r.opened for r in rows),
        sum(r.reopened for r in rows),
        sum(r.concluded for r in rows),
        sum(r.cancelled for r in rows),
    )


def satisfaction(ratings: Mapping[int, int], concluded: int) -> tuple[list[SatisfactionRow], SatisfactionTotals]:
    """The scores from the best down, each with how often it was given, and their mean."""
    rows = [SatisfactionRow(score, ratings.get(score, 0)) for score in range(5, 0, -1)]
    given = sum(row.ratings for row in rows)
    mean = round(sum(row.score * row.ratings for row in rows) / given, 2) if given else None
    return rows, SatisfactionTotals(concluded, given, mean)
