"""What reports read of the turn ledger, as parts of statements.

A period is found by `ix_turns_bounds`, so nothing outside it is looked at; the turns of each ticket found are then read
by the ledger's own key, in their order, and folded ticket by ticket: memory stays flat however long the period is.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    FromClause,
    Label,
    Subquery,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    exists,
    extract,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, aggregate_order_by
from sqlalchemy.sql.selectable import LateralFromClause

from services.ticket.access.seeing import CODES, one_of, word
from services.ticket.models import holders, tickets, turns
from services.ticket.rules.turns import SIDES
from shared.database import Id, Instant, Integer

BEGIN: Final = bindparam("begin", type_=Instant())
END: Final = bindparam("end", type_=Instant())
EDGES: Final = bindparam("edges", type_=ARRAY(Instant()))
TYPES: Final = bindparam("types", type_=CODES)
QUEUE: Final = bindparam("queue", type_=Text)
MOST: Final = bindparam("most", type_=Integer)
ONE_OF: Final = bindparam("one_of", type_=Integer)
CASE: Final = "cases"
CASE_ID: Final[ColumnElement[Any]] = literal_column(f"{CASE}.id", Id())
"""The case that a lateral is joined to, named as text: the lateral's own subqueries see it too."""
ENTRIES: Final = ("entered", "reopened")
ZERO: Final[ColumnElement[Any]] = literal_column("0")
ONE: Final[ColumnElement[Any]] = literal_column("1")
TWO: Final[ColumnElement[Any]] = literal_column("2")
ALWAYS: Final = true()
ALL: Final[ColumnElement[Any]] = literal_column("()")
"""The grouping set of everything together."""


def counted(t: FromClause, by_queue: bool) -> ColumnElement[bool]:
    """Of the types that the reader's reports count; `by_queue`: and held now or before by that queue."""
    of_type = t.c.type == any_(TYPES)
    if not by_queue:
        return of_type
    held = exists().where(holders.c.ticket_id == t.c.id, holders.c.holder == word("queue:") + QUEUE)
    return and_(of_type, held.correlate_except(holders))


def cases(*, by_queue: bool, status: str | None = None, whole: bool = False) -> Subquery:
    """Tickets whose flow ended in the period and did not begin again: id, type, status, ended_at, last_attendant_id.

    One in `one_of` of them, unless `whole`.
    """
    t, last = tickets, turns.alias("last")
    of_status = true() if status is None else t.c.status == word(status)
    found = of_turn(last, and_(t.c.turn_ordinal == last.c.ordinal, counted(t, by_queue), of_status))
    return (
        select(found.c.id, found.c.type, found.c.status, found.c.last_attendant_id, last.c.since.label("ended_at"))
        .select_from(last.join(found, ALWAYS))
        .where(last.c.cause == word("finished"), last.c.since >= BEGIN, last.c.since < END)
        .where(true() if whole else _is_drawn(last.c.ticket_id))
        .subquery(CASE)
    )


def _is_drawn(id: ColumnElement[Any]) -> ColumnElement[bool]:
    """One in `one_of`, always the same ones, spread evenly: an id's last digits are random."""
    digits = func.right(cast(id, Text), literal_column("6"))
    return func.mod(cast(cast(word("x") + digits, BIT(24)), Integer), ONE_OF) == ZERO


def of_turn(turn: Any, where: ColumnElement[bool]) -> LateralFromClause:
    """The ticket of a turn that was found, looked up by its key, one by one.

    The offset keeps the planner from reading all tickets instead: it would, for a period that it takes for long.
    """
    t = tickets
    found = select(t.c.id, t.c.type, t.c.status, t.c.turn_ordinal, t.c.last_attendant_id)
    return found.where(t.c.id == turn.c.ticket_id, where).offset(ZERO).lateral("found")


def of_each() -> LateralFromClause:
    """The turns of each case, in order: until when, and whether a stage was entered with it.

    Who ends a ticket from outside the flow enters no stage: its last turn keeps the stage that it was in.
    """
    s = turns.alias("turn")
    elsewhere = s.c.stage.is_distinct_from(func.lag(s.c.stage).over(order_by=s.c.ordinal))
    enters = or_(one_of(s.c.cause, ENTRIES), and_(s.c.cause == word("finished"), elsewhere))
    return (
        select(
            s.c.ordinal,
            s.c.side,
            s.c.stage,
            s.c.holder_person_id,
            s.c.holder_queue,
            (s.c.cause == word("finished")).label("is_end"),
            enters.label("enters"),
            extract("epoch", func.lead(s.c.since).over(order_by=s.c.ordinal) - s.c.since).label("seconds"),
        )
        .where(s.c.ticket_id == CASE_ID)
        .lateral("spans")
    )


def by_side(spans: Any) -> list[Label[Any]]:
    """How long each side had the turn; the time after an end is nobody's."""
    lasted = func.coalesce(spans.c.seconds, ZERO)
    return [
        func.coalesce(func.sum(lasted).filter(spans.c.side == word(side), ~spans.c.is_end), ZERO).label(side)
        for side in SIDES
    ]


def whole(sums: Any) -> ColumnElement[Any]:
    """The sides' times together."""
    return sums.c.client + sums.c.attendant + sums.c.third_party + sums.c.nobody  # type: ignore[no-any-return]


def lives() -> LateralFromClause:
    """Of each case: how long each side had the turn, and its way through the flow."""
    spans = of_each()
    way = (
        func.array_agg(aggregate_order_by(spans.c.stage, spans.c.ordinal), type_=CODES)
        .filter(spans.c.enters)
        .label("way")
    )
    return select(*by_side(spans), way).select_from(spans).lateral("lives")


def visits() -> LateralFromClause:
    """Of each case, each visit to a stage: the how many-th to it, from which stage, how long each side had the turn."""
    spans = of_each()
    nth = func.count().filter(spans.c.enters).over(order_by=spans.c.ordinal).label("visit")
    numbered = select(*spans.c, nth).select_from(spans).subquery("numbered")
    visited = (
        select(
            numbered.c.visit,
            numbered.c.stage,
            func.bool_and(numbered.c.is_end).label("is_end"),
            *by_side(numbered),
        )
        .group_by(numbered.c.visit, numbered.c.stage)
        .subquery("visited")
    )
    return select(
        *visited.c,
        func.row_number().over(partition_by=visited.c.stage, order_by=visited.c.visit).label("nth"),
        func.lag(visited.c.stage).over(order_by=visited.c.visit).label("from_stage"),
    ).lateral("visits")


PARTIES: Final = ("client", "third_party")
"""Sides whose holders reports do not tell apart."""


def party(spans: Any) -> ColumnElement[Any]:
    """Who had the turn: a side of `PARTIES`, an attendant's id, `queue:CODE`, or null for nobody."""
    attended = func.coalesce(cast(spans.c.holder_person_id, Text), word("queue:") + spans.c.holder_queue)
    return case((one_of(spans.c.side, PARTIES), spans.c.side), (spans.c.side == word("attendant"), attended))


def passes() -> LateralFromClause:
    """Of each case, each turn that somebody had: who had the one before, and who has it."""
    spans = of_each()
    held = select(spans.c.ordinal, party(spans).label("party")).select_from(spans).subquery("held")
    taken = held.alias("taken")
    giver = func.lag(taken.c.party).over(order_by=taken.c.ordinal).label("giver")
    return select(giver, taken.c.party.label("taker")).where(taken.c.party.is_not(None)).lateral("passes")


def seconds(value: ColumnElement[Any], name: str) -> Label[Any]:
    """A duration in whole seconds."""
    return cast(func.round(value), BigInteger).label(name)


def median(value: ColumnElement[Any], name: str, *, of: float = 0.5) -> Label[Any]:
    """The middle of a group's durations, or another quantile, between neighbours where none is there."""
    quantile = func.percentile_cont(literal_column(str(of), Float)).within_group(value)
    return seconds(quantile, name)


def sides(of: Any) -> list[Label[Any]]:
    """The sums of the sides' times."""
    return [seconds(func.sum(of.c[side]), f"{side}_seconds") for side in SIDES]
