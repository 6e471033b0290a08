"""A report's period: whole days of a time zone, and the instants at which its days and months begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from services.ticket.rules import problems

USUAL_DAYS: Final = 90
MOST_DAYS: Final = 731


@dataclass(frozen=True)
class Period:
    """The days `since` to `until`, both counted, on the clocks of `time_zone`."""

    since: date
    until: date
    time_zone: str

    @cached_property
    def days(self) -> Sequence[date]:
        """Each of them."""
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1)]

    @cached_property
    def months(self) -> Sequence[date]:
        """The first day of each month that has a day of it."""
        return sorted({day.replace(day=1) for day in self.days})

    @property
    def begin(self) -> datetime:
        """Its first instant."""
        return self.midnight(self.since)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return self.midnight(self.until + timedelta(days=1))

    def midnight(self, day: date) -> datetime:
        """When a day begins; where the clocks skip midnight, the instant of the skip."""
        return datetime.combine(day, time(), ZoneInfo(self.time_zone))

    def beginnings(self, days: Sequence[date]) -> list[datetime]:
        """When each of these days begins, and when the period ends."""
        return [*(self.midnight(day) for day in days), self.end]


def period(since: date | None, until: date | None, *, now: datetime, time_zone: str) -> Period:
    """The period asked for: up to today unless said otherwise, and 90 days long.

    Raises Invalid for one that ends before it begins or is longer than two years.
    """
    today = now.astimezone(ZoneInfo(time_zone)).date()
    last = until or max(today, since or today)
    first = since or last - timedelta(days=USUAL_DAYS - 1)
    if first > last:
        raise problems.invalid("until", "The period ends before it begins")
    if (last - first).days >= MOST_DAYS:
        raise problems.invalid("since", "A report covers at most %(days)s days", days=MOST_DAYS)
    return Period(first, last, time_zone)
