"""Reports of a period: what came in and went out, how long it took, and what clients said of it."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import and_, func, or_, select

from services.ticket.access.seeing import word
from services.ticket.models import ratings, tickets, turns
from services.ticket.queries.reports import ledger
from services.ticket.queries.reports.asking import Asking
from services.ticket.rules.reports import Report, TimesRow, TimesTotals, daily, satisfaction, summed
from services.ticket.rules.turns import SIDES
from shared.database import Statement, compiled

CANCELLED: Final = ("cancelled", "deleted")
"""A tombstone was cancelled before; its statistics stay."""


@cache
def _throughput(by_queue: bool) -> Statement:
    """The ledger's beginnings and ends; an end that was not the last one was a conclusion, since it was reopened."""
    b = turns.alias("bound")
    t = ledger.of_turn(b, ledger.counted(tickets, by_queue))
    ends, last = b.c.cause == word("finished"), t.c.turn_ordinal == b.c.ordinal
    cancels = and_(ends, last, or_(*(t.c.status == word(status) for status in CANCELLED)))
    reopens = b.c.cause == word("reopened")
    nth = func.width_bucket(b.c.since, ledger.EDGES).label("nth")
    return compiled(
        select(
            nth,
            func.count().filter(b.c.ordinal == ledger.ONE).label("opened"),
            func.count().filter(reopens).label("reopened"),
            func.count().filter(ends, ~cancels).label("concluded"),
            func.count().filter(cancels).label("cancelled"),
        )
        .select_from(b.join(t, ledger.ALWAYS))
        .where(or_(b.c.ordinal == ledger.ONE, reopens, ends), b.c.since >= ledger.BEGIN, b.c.since < ledger.END)
        .group_by(nth)
    )


@cache
def _times(by_queue: bool) -> Statement:
    """A row for each month, and one of all (nth null)."""
    found = ledger.cases(by_queue=by_queue, status="concluded")
    lives = ledger.lives()
    nth = func.width_bucket(found.c.ended_at, ledger.EDGES)
    took = ledger.whole(lives)
    return compiled(
        select(
            nth.label("nth"),
            func.count().label("tickets"),
            ledger.seconds(func.avg(took), "mean_seconds"),
            ledger.median(took, "median_seconds"),
            *ledger.sides(lives),
        )
        .select_from(found.join(lives, ledger.ALWAYS))
        .group_by(func.grouping_sets(nth, ledger.ALL))
    )


@cache
def _ratings(by_queue: bool) -> Statement:
    found = ledger.cases(by_queue=by_queue, status="concluded", whole=True)
    return compiled(
        select(ratings.c.score, func.count().label("tickets"))
        .select_from(found.outerjoin(ratings, ratings.c.ticket_id == found.c.id))
        .group_by(ratings.c.score)
    )


def throughput(asking: Asking) -> Report:
    """How many came in and went out, day by day."""
    period = asking.period
    edges = period.beginnings(period.days)
    rows = asking.reader.all(_throughput(asking.by_queue), **asking.values, edges=edges)
    names = ("opened", "reopened", "concluded", "cancelled")
    items = daily(period, {period.days[row.nth - 1]: {name: getattr(row, name) for name in names} for row in rows})
    totals = summed(items)
    most = asking.asked.limit
    cases = totals.opened + totals.reopened
    return asking.report(items[:most], cases=cases, totals=totals, is_whole=len(items) <= most)


def times(asking: Asking) -> Report:
    """How long what was concluded took, and on whose turn, month by month."""
    months = asking.period.months
    edges = [asking.period.midnight(month) for month in months]
    drawn = asking.drawn("concluded")
    rows = asking.reader.all(_times(asking.by_queue), **asking.values, one_of=drawn.one_of, edges=edges)
    by_month = sorted((row for row in rows if row.nth is not None), key=lambda row: row.nth)
    items = [TimesRow(months[row.nth - 1], *_sums(row)) for row in by_month]
    whole = next((row for row in rows if row.nth is None), None)
    totals = (
        TimesTotals(*_sums(whole)) if whole is not None and whole.tickets else TimesTotals(0, None, None, 0, 0, 0, 0)
    )
    return asking.report(items, cases=drawn.cases, totals=totals, one_of=drawn.one_of)


def _sums(row: Any) -> tuple[Any, ...]:
    sides = (getattr(row, f"{side}_seconds") for side in SIDES)
    return (row.tickets, row.mean_seconds, row.median_seconds, *sides)


def rated(asking: Asking) -> Report:
    """What clients said of what was concluded."""
    rows = asking.reader.all(_ratings(asking.by_queue), **asking.values)
    concluded = sum(row.tickets for row in rows)
    items, totals = satisfaction({row.score: row.tickets for row in rows if row.score is not None}, concluded)
    return asking.report(items, cases=concluded, totals=totals)
