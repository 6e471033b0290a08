"""What a report is asked for, and how one is made of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, Final

from sqlalchemy import func, select

from services.ticket.queries.reports import ledger
from services.ticket.queries.reports.naming import Names, counted_types
from services.ticket.rules.periods import Period, period
from services.ticket.rules.reports import Report
from shared.database import Reader, Statement, compiled
from shared.ids import Actor

MOST_CASES: Final = 10_000
"""Reports that read whole ledgers compute from so many cases; of more they draw one in two, in three… evenly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which tickets a report is to tell of. `queue`: those that it holds or has held. `limit`: at most so many rows."""

    since: date | None = None
    until: date | None = None
    type: str | None = None
    group: str | None = None
    queue: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Drawn:
    """Of how many cases a report tells, and one in how many of them it is computed from."""

    cases: int
    one_of: int


@cache
def _how_many(by_queue: bool, status: str | None) -> Statement:
    found = ledger.cases(by_queue=by_queue, status=status, whole=True)
    return compiled(select(func.count()).select_from(found))


@dataclass
class Asking:
    """One reader asking for one report."""

    reader: Reader
    actor: Actor
    asked: Asked
    most_cases: int = MOST_CASES

    @cached_property
    def period(self) -> Period:
        """The period, in the reader's time zone. Raises Invalid."""
        asked = self.asked
        return period(asked.since, asked.until, now=self.reader.now, time_zone=self.actor.time_zone)

    @cached_property
    def names(self) -> Names:
        """Names in the reader's language, of the types that count."""
        types = counted_types(self.reader, self.actor, type=self.asked.type, group=self.asked.group)
        return Names(self.reader, self.actor.language, types)

    @property
    def by_queue(self) -> bool:
        """Whether only a queue's tickets count."""
        return self.asked.queue is not None

    @property
    def now_values(self) -> dict[str, Any]:
        """The values of a statement about what is open."""
        values: dict[str, Any] = {"types": [each.code for each in self.names.types], "now": self.reader.now}
        return values | ({"queue": self.asked.queue} if self.by_queue else {})

    @property
    def values(self) -> dict[str, Any]:
        """The values of a statement about the period."""
        return self.now_values | {"begin": self.period.begin, "end": self.period.end}

    def drawn(self, status: str | None = None) -> Drawn:
        """How many cases there are, and the values of a statement that reads their ledgers, or those drawn of them."""
        cases = self.reader.scalar(_how_many(self.by_queue, status), **self.values) or 0
        return Drawn(cases, max(1, -(-cases // self.most_cases)))

    def report(
        self,
        items: Sequence[Any],
        *,
        cases: int,
        totals: Any = None,
        of_period: bool = True,
        is_whole: bool = True,
        one_of: int = 1,
    ) -> Report:
        """The report of these rows."""
        return Report(
            since=self.period.since if of_period else None,
            until=self.period.until if of_period else None,
            time_zone=self.actor.time_zone,
            made_at=self.reader.now,
            cases=cases,
            one_of=one_of,
            is_whole=is_whole,
            items=list(items),
            totals=totals,
        )

    def cut(self, items: Sequence[Any], drawn: Drawn) -> Report:
        """The report of rows of which one more than `limit` was read."""
        most = self.asked.limit
        return self.report(items[:most], cases=drawn.cases, one_of=drawn.one_of, is_whole=len(items) <= most)
