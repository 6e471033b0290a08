"""Why a deadline is when it is: each clock of a ticket with the intervals that counted and those that did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.portal import formats
from services.portal.tongue import gettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A stretch of the ledger as a clock sees it, as the ticket service tells it."""

    since: datetime
    side: str
    why: str
    open_seconds: float
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock as the ticket service tells it."""

    name: str
    budget_seconds: float
    spent_seconds: float
    calendar: str | None = None
    due_at: datetime | None = None
    near_at: datetime | None = None
    intervals: list[Spell] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is read of the answer; `clocks` is None while the flow cannot be asked."""

    clocks: list[Clock] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the table; `length`: how much of it counted, none where it did not."""

    since: datetime
    until: datetime | None
    counted: bool
    why: str
    length: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A clock in words."""

    title: str
    summary: str
    lines: list[Line]


def explain(clocks: Sequence[Clock]) -> list[Explained]:
    """The clocks in words, in their order."""
    return [Explained(title=_title(each), summary=_summary(each), lines=_lines(each)) for each in clocks]


def _title(clock: Clock) -> str:
    titles = {
        "stage": gettext("Deadline of this stage"),
        "attendant": gettext("Deadline of the team over all of its stages"),
        "client": gettext("Deadline of the client over all of their stages"),
    }
    return titles.get(clock.name, clock.name)


def _summary(clock: Clock) -> str:
    spent, budget = (formats.lasting(timedelta(seconds=each)) for each in (clock.spent_seconds, clock.budget_seconds))
    if clock.calendar:
        text = gettext(
            "%(spent)s of %(budget)s have counted, in the open hours of the calendar %(calendar)s.",
            spent=spent,
            budget=budget,
            calendar=clock.calendar,
        )
    else:
        text = gettext("%(spent)s of %(budget)s have counted, day and night.", spent=spent, budget=budget)
    return f"{text} {_ends(clock)}"


def _ends(clock: Clock) -> str:
    if clock.due_at is None:
        return gettext("It pauses now; the deadline is set when it goes on.")
    return gettext("If it goes on counting, it ends %(when)s.", when=formats.exact(clock.due_at))


def _lines(clock: Clock) -> list[Line]:
    return [
        Line(
            since=each.since,
            until=each.until,
            counted=_counted(each),
            why=_why(each, clock),
            length=formats.lasting(timedelta(seconds=each.open_seconds)) if _counted(each) else "",
        )
        for each in clock.intervals
    ]


def _counted(spell: Spell) -> bool:
    """Some of it did; of what would have counted nothing does while the calendar is closed."""
    return spell.why == "counted" and spell.open_seconds >= 1


def _why(spell: Spell, clock: Clock) -> str:
    if spell.why == "counted":
        if clock.calendar and spell.open_seconds < 1:
            return gettext("The calendar was closed all that time.")
        return gettext("It was the client's turn.") if spell.side == "client" else gettext("It was the team's turn.")
    reasons = {
        "nobody": gettext("Nobody had the turn: it was scheduled for later, or had ended."),
        "third_party": gettext("A third party was waited for."),
        "other_side": gettext("It was the other side's turn, which this deadline does not count."),
    }
    return reasons.get(spell.why, spell.why)
