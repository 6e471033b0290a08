"""Reports of now: what is open, and who has it. They read open tickets alone, by the index of shelves."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import Text, and_, bindparam, cast, extract, func, select

from services.ticket.access.seeing import one_of, word
from services.ticket.models import tickets
from services.ticket.queries.reports import ledger
from services.ticket.queries.reports.asking import Asking
from services.ticket.rules.reports import LoadRow, OpenRow, Report
from services.ticket.rules.ticket import ATTENDED
from services.ticket.rules.turns import SIDES
from shared.database import Instant, Statement, compiled

_t: Final = tickets
_now: Final = bindparam("now", type_=Instant())
_late: Final = _t.c.due_at <= _now
_near: Final = and_(_t.c.due_at > _now, _t.c.near_at <= _now)


@cache
def _open(by_queue: bool) -> Statement:
    return compiled(
        select(
            _t.c.type,
            _t.c.stage,
            _t.c.turn_side.label("side"),
            func.count().label("tickets"),
            func.count().filter(_near).label("near"),
            func.count().filter(_late).label("late"),
            func.min(_t.c.turn_since).label("oldest_since"),
            ledger.median(extract("epoch", _now - _t.c.turn_since), "median_seconds"),
        )
        .where(one_of(_t.c.shelf, SIDES), ledger.counted(_t, by_queue))
        .group_by(_t.c.type, _t.c.stage, _t.c.turn_side)
        .order_by(func.count().desc(), _t.c.type, _t.c.stage, _t.c.turn_side)
    )


@cache
def _load(by_queue: bool) -> Statement:
    holder = func.coalesce(cast(_t.c.holder_person_id, Text), word("queue:") + _t.c.holder_queue)
    return compiled(
        select(
            holder.label("holder"),
            func.count().filter(_t.c.turn_side == word("attendant")).label("tickets"),
            func.count().filter(_t.c.turn_side == word("third_party")).label("third_party"),
            func.count().filter(_near).label("near"),
            func.count().filter(_late).label("late"),
            func.min(_t.c.turn_since).label("oldest_since"),
        )
        .where(one_of(_t.c.shelf, ATTENDED), holder.is_not(None), ledger.counted(_t, by_queue))
        .group_by(holder)
    )


@cache
def _ended(by_queue: bool) -> Statement:
    found = ledger.cases(by_queue=by_queue, whole=True)
    last = found.c.last_attendant_id
    return compiled(select(last.label("holder"), func.count().label("ended")).where(last.is_not(None)).group_by(last))


def open_now(asking: Asking) -> Report:
    """Open tickets by type, stage and whose turn it is, the most first."""
    rows = asking.reader.all(_open(asking.by_queue), **asking.now_values)
    names = asking.names
    names.read_stages(row.type for row in rows)
    items = [_open_row(asking, row) for row in rows[: asking.asked.limit]]
    is_whole = len(items) == len(rows)
    return asking.report(items, cases=sum(row.tickets for row in rows), of_period=False, is_whole=is_whole)


def _open_row(asking: Asking, row: Any) -> OpenRow:
    names = asking.names
    return OpenRow(
        names.type(row.type),
        names.stage(row.type, row.stage) if row.stage is not None else None,
        row.side,
        row.tickets,
        row.near,
        row.late,
        row.oldest_since,
        max(0, row.median_seconds),
    )


def load(asking: Asking) -> Report:
    """Who holds how many now, the most first; with them those whose tickets ended in the period."""
    holding = {row.holder: row for row in asking.reader.all(_load(asking.by_queue), **asking.now_values)}
    ended = {row.holder: row.ended for row in asking.reader.all(_ended(asking.by_queue), **asking.values)}
    named = asking.names.parties(holding.keys() | ended.keys())
    rows = [_load_row(named[key], holding.get(key), ended.get(key, 0)) for key in named]
    rows.sort(key=lambda row: (-row.tickets, -row.third_party, -row.ended, row.holder.name, row.holder.id or ""))
    most = asking.asked.limit
    cases = sum(row.tickets + row.third_party for row in rows)
    return asking.report(rows[:most], cases=cases, is_whole=len(rows) <= most)


def _load_row(named: tuple[Any, bool], row: Any, ended: int) -> LoadRow:
    holder, is_absent = named
    if row is None:
        return LoadRow(holder, is_absent, 0, 0, 0, 0, None, ended)
    return LoadRow(holder, is_absent, row.tickets, row.third_party, row.near, row.late, row.oldest_since, ended)
