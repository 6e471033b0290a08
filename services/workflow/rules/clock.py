"""Clocks as a pure function of the ledger and the calendar, so that they can be recomputed and can explain themselves.

A stage's clock starts anew at each entry and pauses while the turn is nobody's or a third party's; a side's clock sums
over its stages and pauses elsewhere. A deadline in working days is first the open time that lies before it, counted
from where its clock began; after that, pauses cost nothing and every minute is counted once (domain page, *Clocks,
precisely*).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from services.workflow.rules.calendar import Calendar, Hours, Length, NeverOpen, after, after_open_time, open_time
from shared.catalog import definitions
from shared.catalog.definitions import Due, Stage, TypeVersion

STAGE: Final = "stage"
"""The name of the present stage's clock; a side's clock has the side's name."""
PAUSES: Final = ("nobody", "third_party")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Why = Literal["counted", "nobody", "third_party", "other_side"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A row of the ledger: the turn began; it ends where the next begins. `entry` is its stage's entering ordinal.

    `starts` marks the first turn of a life: a submission or a reopening.
    """

    ordinal: int
    since: datetime
    side: str
    entry: int
    starts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A stretch of the ledger as one clock sees it: `why` it counted or not, and how much open time it had."""

    since: datetime
    until: datetime | None
    side: str
    why: Why
    open_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a clock shows. The instants are None while it pauses before reaching them, or has not begun."""

    name: str
    entry: int
    calendar: str | None
    due_at: datetime | None
    near_at: datetime | None
    budget: timedelta
    spent: timedelta
    intervals: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock to read: its deadline, which part of the ledger is its own, and which turns count."""

    name: str
    due: Due
    entry: int
    counts: Callable[[str], Why]


def clocks_of(version: TypeVersion, stage: Stage, entry: int, ledger: Sequence[Beginning]) -> list[Clock]:
    """The clocks that run for a flow in `stage`, entered at ordinal `entry`."""
    clocks = [Clock(name=STAGE, due=stage.due, entry=entry, counts=_stage_counts)] if stage.due is not None else []
    began = max((b.ordinal for b in ledger if b.starts), default=entry)
    for side, due in version.flow.due_by_side.items():
        clocks.append(Clock(name=side, due=due, entry=began, counts=_counts_for(side)))
    return clocks


def has_clocks(version: TypeVersion, stage: Stage | None) -> bool:
    """Whether any clock runs in `stage`, so that the ledger must be read."""
    return bool(version.flow.due_by_side) or (stage is not None and stage.due is not None)


def _stage_counts(side: str) -> Why:
    return side if side in PAUSES else "counted"  # type: ignore[return-value]


def _counts_for(side: str) -> Callable[[str], Why]:
    def counts(present: str) -> Why:
        if present == side:
            return "counted"
        return present if present in PAUSES else "other_side"  # type: ignore[return-value]

    return counts


def read(clock: Clock, ledger: Sequence[Beginning], calendar: Calendar | None, now: datetime) -> Reading:
    """What `clock` shows at `now`. `ledger` is in order; of it only the part from the clock's entry on is used.

    A calendar that never opens carries no deadline.
    """
    try:
        return _read(clock, ledger, calendar, now)
    except NeverOpen:
        nothing = timedelta(0)
        return Reading(
            name=clock.name,
            entry=clock.entry,
            calendar=clock.due.calendar,
            due_at=None,
            near_at=None,
            budget=nothing,
            spent=nothing,
        )


def _read(clock: Clock, ledger: Sequence[Beginning], calendar: Calendar | None, now: datetime) -> Reading:
    stretches = _stretches(ledger, clock)
    anchor = next((b.since for b, _ in stretches if clock.counts(b.side) == "counted"), None)
    budget = _budget(clock.due, anchor, calendar) if anchor is not None else timedelta(0)
    near = budget * clock.due.near / 100
    spent = timedelta(0)
    due_at = near_at = None
    intervals = []
    line = _Line(calendar, late=calendar is not None and clock.due.within.unit == "d")
    for beginning, until in stretches:
        why = clock.counts(beginning.side)
        opened = open_time(calendar, beginning.since, until if until is not None else now)
        if why == "counted":
            near_at = near_at or _reached(line, beginning.since, until, near - spent, opened)
            due_at = due_at or _reached(line, beginning.since, until, budget - spent, opened)
            spent += opened
        intervals.append(_interval(beginning, until, why, opened))
    return Reading(
        name=clock.name,
        entry=clock.entry,
        calendar=clock.due.calendar,
        due_at=due_at,
        near_at=near_at,
        budget=budget,
        spent=spent,
        intervals=tuple(intervals),
    )


def _interval(beginning: Beginning, until: datetime | None, why: Why, opened: timedelta) -> Interval:
    return Interval(
        since=beginning.since, until=until, side=beginning.side, why=why, open_seconds=opened.total_seconds()
    )


def _stretches(ledger: Sequence[Beginning], clock: Clock) -> list[tuple[Beginning, datetime | None]]:
    own = [b for b in ledger if b.ordinal >= clock.entry]
    ends = [b.since for b in own[1:]]
    return list(zip(own, [*ends, None], strict=True)) if own else []


@dataclass(frozen=True, slots=True)
class _Line:
    """The open time that a clock counts. What is due in working days and ends with an opening ends at the next one."""

    calendar: Calendar | None
    late: bool


def _reached(
    line: _Line, since: datetime, until: datetime | None, left: timedelta, opened: timedelta
) -> datetime | None:
    """When what is left passes within this stretch: the present one has no end, an earlier one may fall short."""
    if until is not None and (opened < left or (line.late and opened == left)):
        return None
    return after_open_time(line.calendar, since, left, late=line.late)


def _budget(due: Due, anchor: datetime, calendar: Calendar | None) -> timedelta:
    length = Length(due.within.amount, due.within.unit)
    return open_time(calendar, anchor, after(calendar, anchor, length))


def earliest(readings: Sequence[Reading]) -> Reading | None:
    """The reading whose deadline comes first, None where no clock runs."""
    running = [(r.due_at, n) for n, r in enumerate(readings) if r.due_at is not None]
    return readings[min(running)[1]] if running else None


# ---- what was told, and what is next -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What was told of a clock since its entry: that its deadline is near, that it was missed."""

    name: str
    entry: int
    near_told: bool = False
    missed_told: bool = False


def mark_of(reading: Reading, marks: Mapping[str, Mark]) -> Mark:
    """What was told of this reading's clock; nothing where the stage was entered, or the life began, since."""
    known = marks.get(reading.name)
    return known if known is not None and known.entry == reading.entry else Mark(name=reading.name, entry=reading.entry)


def next_at(readings: Sequence[Reading], marks: Mapping[str, Mark], until: datetime | None) -> datetime | None:
    """When this flow is looked at next: the first deadline or nearness not yet told, or the end of a schedule."""
    instants = [until] if until is not None else []
    for reading in readings:
        mark = mark_of(reading, marks)
        if reading.due_at is not None and not mark.missed_told:
            instants.append(reading.due_at)
        if reading.near_at is not None and not (mark.near_told or mark.missed_told):
            instants.append(reading.near_at)
    return min(instants, default=None)


# ---- calendars ---------------------------------------------------------------------------------------------------


def calendar_of(wire: definitions.Calendar) -> Calendar:
    """A catalog's calendar as arithmetic needs it."""
    week = tuple(_hours(wire.hours.get(day, ())) for day in WEEKDAYS)
    return Calendar(wire.timezone, week, wire.holidays)


def _hours(pairs: Sequence[tuple[str, str]]) -> tuple[Hours, ...]:
    return tuple(sorted((Hours(_minutes(a), _minutes(b)) for a, b in pairs), key=lambda h: h.opens))


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
