"""Arithmetic of business calendars: open time between two instants, and instants after so much of it.

`h` and `min` count open time; `d` counts working days and ends at the same time of day, moved into opening hours;
without a calendar they are plain time (domain page, *Clocks, precisely*). Every instant is aware; results are in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

Unit = Literal["min", "h", "d"]
MIDNIGHT_MINUTES = 24 * 60
LONGEST_SEARCH_DAYS = 20 * 366


class NeverOpen(ValueError):
    """The calendar has no open time within twenty years: it cannot carry a deadline."""


@dataclass(frozen=True, slots=True)
class Hours:
    """One opening of a day, in minutes from local midnight; `closes` may be 1440, the end of the day."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """When work is done. `week` has seven tuples of openings, Monday first; `holidays` is like "BR" or "BR-SP"."""

    zone: str
    week: tuple[tuple[Hours, ...], ...]
    holidays: str | None = None
    closed_on: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Length:
    """So many minutes, hours or days."""

    amount: float
    unit: Unit


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Whether the calendar opens at all on `day`."""
    return bool(calendar.week[day.weekday()]) and day not in calendar.closed_on and not _is_holiday(calendar, day)


def openings(calendar: Calendar, day: date) -> list[tuple[datetime, datetime]]:
    """The open stretches of a local day, in order, as instants."""
    if not is_working_day(calendar, day):
        return []
    zone = ZoneInfo(calendar.zone)
    stretches = [(_instant(zone, day, h.opens), _instant(zone, day, h.closes)) for h in calendar.week[day.weekday()]]
    return [(a, b) for a, b in stretches if a < b]


def open_time(calendar: Calendar | None, start: datetime, end: datetime) -> timedelta:
    """How much open time lies between two instants; none when `end` is not after `start`."""
    if end <= start:
        return timedelta(0)
    if calendar is None:
        return end - start
    total = timedelta(0)
    for opens, closes in _stretches(calendar, start, last=_local_date(calendar, end)):
        total += max(timedelta(0), min(closes, end) - max(opens, start))
    return total


def after_open_time(calendar: Calendar | None, start: datetime, amount: timedelta, *, late: bool = False) -> datetime:
    """The first instant at which `amount` of open time has passed since `start`; `late`: the last. Raises NeverOpen.

    They differ where it ends with an opening: the first is that closing minute, the last the next opening.
    """
    left = max(amount, timedelta(0))
    if calendar is None or (left == timedelta(0) and not late):
        return start + left
    for opens, closes in _stretches(calendar, start):
        begins = max(opens, start)
        if closes - begins > left or (closes - begins == left and not late):
            return begins + left
        left -= closes - begins
    raise NeverOpen(calendar.zone)


def after_working_days(calendar: Calendar | None, start: datetime, days: int) -> datetime:
    """The same time of day `days` working days later, moved into opening hours. Raises NeverOpen."""
    if calendar is None:
        return start + timedelta(days=days)
    local = start.astimezone(ZoneInfo(calendar.zone))
    day = local.date()
    for _ in range(days):
        day = _next_working_day(calendar, day)
    same_time = local.replace(year=day.year, month=day.month, day=day.day, fold=0).astimezone(UTC)
    return into_opening_hours(calendar, same_time)


def into_opening_hours(calendar: Calendar, instant: datetime) -> datetime:
    """`instant` itself when it is open, else the next opening. Raises NeverOpen."""
    return after_open_time(calendar, instant, timedelta(0), late=True)


def after(calendar: Calendar | None, start: datetime, length: Length) -> datetime:
    """The instant that lies `length` after `start`. Raises NeverOpen."""
    if length.unit == "d" and calendar is not None:
        return after_working_days(calendar, start, int(length.amount))
    return after_open_time(calendar, start, plain(length))


def plain(length: Length) -> timedelta:
    """The length as plain time."""
    units = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
    return units[length.unit] * length.amount


def _stretches(calendar: Calendar, start: datetime, last: date | None = None) -> Iterator[tuple[datetime, datetime]]:
    if not any(calendar.week):
        return
    day = _local_date(calendar, start)
    for _ in range(LONGEST_SEARCH_DAYS):
        if last is not None and day > last:
            return
        for opens, closes in openings(calendar, day):
            if closes >= start:
                yield opens, closes
        day += timedelta(days=1)


def _next_working_day(calendar: Calendar, day: date) -> date:
    for n in range(1, LONGEST_SEARCH_DAYS if any(calendar.week) else 0):
        candidate = day + timedelta(days=n)
        if is_working_day(calendar, candidate):
            return candidate
    raise NeverOpen(calendar.zone)


def _local_date(calendar: Calendar, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(calendar.zone)).date()


def _instant(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    if minutes >= MIDNIGHT_MINUTES:
        day, minutes = day + timedelta(days=1), minutes - MIDNIGHT_MINUTES
    return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone).astimezone(UTC)


def _is_holiday(calendar: Calendar, day: date) -> bool:
    return calendar.holidays is not None and day in _holidays_of(calendar.holidays, day.year)


@lru_cache(maxsize=512)
def _holidays_of(place: str, year: int) -> frozenset[date]:
    country, _, subdivision = place.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
