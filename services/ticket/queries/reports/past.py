"""Reports of how the cases of a period went: where time was lost, by which ways, in which loops, by whose hands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import func, select

from services.ticket.queries.reports import ledger
from services.ticket.queries.reports.asking import Asking, Drawn
from services.ticket.queries.reports.ledger import ALWAYS, MOST
from services.ticket.queries.reports.naming import Names
from services.ticket.rules.reports import (
    BottleneckRow,
    HandOverRow,
    LoopRow,
    Report,
    ReworkRow,
    VariantRow,
    WaitRow,
)
from services.ticket.rules.turns import SIDES
from shared.database import Statement, compiled

P90: Final = 0.9


@cache
def _bottlenecks(by_queue: bool) -> Statement:
    found = ledger.cases(by_queue=by_queue)
    v = ledger.visits()
    lasted = ledger.whole(v)
    return compiled(
        select(
            found.c.type,
            v.c.stage,
            func.count().filter(v.c.nth == ledger.ONE).label("tickets"),
            func.count().label("visits"),
            *_lengths(lasted),
            *ledger.sides(v),
        )
        .select_from(found.join(v, ALWAYS))
        .where(~v.c.is_end)
        .group_by(found.c.type, v.c.stage)
        .order_by(func.sum(lasted).desc(), found.c.type, v.c.stage)
        .limit(MOST)
    )


@cache
def _waits(by_queue: bool) -> Statement:
    found = ledger.cases(by_queue=by_queue)
    s = ledger.of_each()
    return compiled(
        select(
            s.c.side,
            func.count(func.distinct(found.c.id)).label("tickets"),
            func.count().label("turns"),
            *_lengths(s.c.seconds),
        )
        .select_from(found.join(s, ALWAYS))
        .where(~s.c.is_end)
        .group_by(s.c.side)
        .limit(MOST)
    )


@cache
def _variants(by_queue: bool) -> Statement:
    found = ledger.cases(by_queue=by_queue)
    lives = ledger.lives()
    took = ledger.whole(lives)
    return compiled(
        select(
            found.c.type,
            lives.c.way,
            func.count().label("tickets"),
            func.sum(func.count()).over(partition_by=found.c.type).label("of_type"),
            ledger.seconds(func.avg(took), "mean_seconds"),
            ledger.median(took, "median_seconds"),
        )
        .select_from(found.join(lives, ALWAYS))
        .group_by(found.c.type, lives.c.way)
        .order_by(func.count().desc(), found.c.type, lives.c.way)
        .limit(MOST)
    )


@cache
def _rework(by_queue: bool) -> Statement:
    found = ledger.cases(by_queue=by_queue)
    v = ledger.visits()
    again = v.c.nth > ledger.ONE
    returns = func.count().filter(again)
    return compiled(
        select(
            found.c.type,
            v.c.stage,
            func.count().filter(v.c.nth == ledger.ONE).label("visited"),
            func.count().filter(v.c.nth == ledger.TWO).label("tickets"),
            returns.label("returns"),
            ledger.seconds(func.sum(ledger.whole(v)).filter(again), "seconds"),
        )
        .select_from(found.join(v, ALWAYS))
        .group_by(found.c.type, v.c.stage)
        .having(returns > ledger.ZERO)
        .order_by(returns.desc(), found.c.type, v.c.stage)
        .limit(MOST)
    )


@cache
def _loops(by_queue: bool) -> Statement:
    found = ledger.cases(by_queue=by_queue)
    v = ledger.visits()
    return compiled(
        select(
            found.c.type,
            v.c.from_stage,
            v.c.stage,
            func.count(func.distinct(found.c.id)).label("tickets"),
            func.count().label("returns"),
        )
        .select_from(found.join(v, ALWAYS))
        .where(v.c.nth > ledger.ONE)
        .group_by(found.c.type, v.c.from_stage, v.c.stage)
        .order_by(func.count().desc(), found.c.type, v.c.from_stage, v.c.stage)
        .limit(MOST)
    )


@cache
def _hand_overs(by_queue: bool) -> Statement:
    found = ledger.cases(by_queue=by_queue)
    passed = ledger.passes()
    return compiled(
        select(
            passed.c.giver,
            passed.c.taker,
            func.count(func.distinct(found.c.id)).label("tickets"),
            func.count().label("hand_overs"),
        )
        .select_from(found.join(passed, ALWAYS))
        .where(passed.c.giver != passed.c.taker)
        .group_by(passed.c.giver, passed.c.taker)
        .order_by(func.count().desc(), passed.c.giver, passed.c.taker)
        .limit(MOST)
    )


def _lengths(of: Any) -> list[Any]:
    return [
        ledger.seconds(func.avg(of), "mean_seconds"),
        ledger.median(of, "median_seconds"),
        ledger.median(of, "p90_seconds", of=P90),
        ledger.seconds(func.sum(of), "total_seconds"),
    ]


def _measures(row: Any) -> tuple[int, ...]:
    return (row.mean_seconds, row.median_seconds, row.p90_seconds, row.total_seconds)


def _read(asking: Asking, statement: Statement) -> tuple[Sequence[Any], Drawn]:
    """One row more than asked for, and of how many cases they tell."""
    drawn = asking.drawn()
    rows = asking.reader.all(statement, **asking.values, one_of=drawn.one_of, most=asking.asked.limit + 1)
    asking.names.read_stages({row.type for row in rows if hasattr(row, "type")})
    return rows, drawn


def _told(asking: Asking, statement: Statement, item: Callable[[Any, Names], Any]) -> Report:
    """The report of a statement's rows, each told by `item`."""
    rows, drawn = _read(asking, statement)
    return asking.cut([item(row, asking.names) for row in rows], drawn)


def bottlenecks(asking: Asking) -> Report:
    """How long each stage kept the cases and on whose turn, the longest in sum first."""
    return _told(asking, _bottlenecks(asking.by_queue), _bottleneck)


def _bottleneck(row: Any, names: Names) -> BottleneckRow:
    by_side = (getattr(row, f"{side}_seconds") for side in SIDES)
    place = names.type(row.type), names.stage(row.type, row.stage)
    return BottleneckRow(*place, row.tickets, row.visits, *_measures(row), *by_side)


def waits(asking: Asking) -> Report:
    """How long each side kept the turn, in the order of the sides."""
    rows, drawn = _read(asking, _waits(asking.by_queue))
    found = {row.side: row for row in rows}
    items = [
        WaitRow(side, found[side].tickets, found[side].turns, *_measures(found[side]))
        for side in SIDES
        if side in found
    ]
    return asking.cut(items, drawn)


def variants(asking: Asking) -> Report:
    """The ways that the cases took through their flows, the most used first."""
    return _told(asking, _variants(asking.by_queue), _variant)


def _variant(row: Any, names: Names) -> VariantRow:
    way = [names.stage(row.type, code) for code in row.way]
    share = round(row.tickets / int(row.of_type), 4)
    return VariantRow(names.type(row.type), way, row.tickets, share, row.mean_seconds, row.median_seconds)


def rework(asking: Asking) -> Report:
    """The stages that cases came back to, those most often first."""
    return _told(asking, _rework(asking.by_queue), _returned)


def _returned(row: Any, names: Names) -> ReworkRow:
    place = names.type(row.type), names.stage(row.type, row.stage)
    return ReworkRow(*place, row.visited, row.tickets, row.returns, row.seconds)


def loops(asking: Asking) -> Report:
    """From which stage cases came back to which, the most often first."""
    return _told(asking, _loops(asking.by_queue), _loop)


def _loop(row: Any, names: Names) -> LoopRow:
    ends = names.stage(row.type, row.from_stage), names.stage(row.type, row.stage)
    return LoopRow(names.type(row.type), *ends, row.tickets, row.returns)


def hand_overs(asking: Asking) -> Report:
    """From whom to whom the turn passed, the most often first."""
    rows, drawn = _read(asking, _hand_overs(asking.by_queue))
    named = asking.names.parties({key for row in rows for key in (row.giver, row.taker)})
    items = [HandOverRow(named[row.giver][0], named[row.taker][0], row.tickets, row.hand_overs) for row in rows]
    return asking.cut(items, drawn)
