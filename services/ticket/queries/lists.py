"""Lists of tickets and their counts: one read of a page's ids and rows together, however many tickets there are.

A search is planned for its words: a plan made for any words reads all that hold a common one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
)

from services.ticket.access.lists import LISTS, OF_FEW, list_of
from services.ticket.access.loading import columns, joined, reading, require_module
from services.ticket.access.searching import KNOWN, found_ids, hits, holds_words
from services.ticket.access.seeing import IDS, ONE, looking
from services.ticket.access.streams import BEFORE, MOST, merged, narrowed
from services.ticket.models import tickets, turns
from services.ticket.queries import holding, reports
from services.ticket.rules import problems
from services.ticket.rules.answers import TicketLine
from services.ticket.rules.numbers import numbers_meant
from services.ticket.rules.reports import Scope
from services.ticket.rules.turns import ATTENDANT_FILTERS, CLIENT_FILTERS
from services.ticket.rules.viewing import line, tracked
from shared.database import Id, Instant, Reader, Statement, compiled
from shared.errors import Forbidden
from shared.ids import Actor

LAST: Final = "ffffffff-ffff-ffff-ffff-ffffffffffff"
FIRST: Final = ("-infinity", "00000000-0000-0000-0000-000000000000")
FEW: Final = 1000
"""Up to so many that hold the words are read by the words' indexes; common words are met soon enough on the way."""
SURELY: Final = 10
"""So many times as many as few ones are surely not few, however old the statistics that say so."""
HELD_FEW: Final = 20_000
"""So many tickets that somebody held are put in order in some milliseconds."""
HELD: Final = frozenset({"visible", "visible_and_third_party", "third_party", "my_turn", "my_queues"})
"""The lists of what somebody holds or held, which is twenty tickets or half of all: planned for whom they are."""

Narrowing = frozenset[str]

_CLIENTS: Final = frozenset({"own", "shared", "dependants"})
"""The lists that a client reads."""


@cache
def _page(name: str, by: Narrowing, *, walked: bool = False, of_few: bool = False) -> Statement:
    """A list, newest first; `walked`: those that hold common words, met on the way; `of_few`: of what one held."""

    def also(t: FromClause) -> ColumnElement[bool]:
        return and_(narrowed(t, by), holds_words(t, by_attendant=name not in _CLIENTS)) if walked else narrowed(t, by)

    chosen = merged(*(OF_FEW[name] if of_few else LISTS[name].streams)(also))
    t = tickets
    return compiled(
        select(*columns(t, ONE, whole=False, own=name == "own"))
        .select_from(joined(t, whole=False).join(chosen, chosen.c.id == t.c.id))
        .order_by(t.c.id.desc()),
        is_planned_anew=walked or name in HELD,
    )


def _belonging(name: str, by: Narrowing, *conditions: ColumnElement[bool]) -> Select[Any]:
    t = tickets
    belongs = and_(*conditions, LISTS[name].belongs(t), narrowed(t, by))
    return select(*columns(t, ONE, whole=False)).select_from(joined(t, whole=False)).where(belongs).limit(MOST)


@cache
def _found(name: str, by: Narrowing) -> Statement:
    """Those of a list that words find: the words' index first, then who sees them."""
    found = func.array(found_ids(by_attendant=name not in _CLIENTS).scalar_subquery(), type_=IDS)
    chosen = _belonging(name, by, tickets.c.id == any_(found), tickets.c.id < BEFORE)
    return compiled(chosen.order_by(tickets.c.id.desc()), is_planned_anew=True)


@cache
def _ordered(name: str, by: Narrowing, order: str) -> Statement:
    """Those of a list by what is due first, or by who has waited longest: for lists of what is to be done."""
    key = _ORDERS[order]
    place = tuple_(bindparam("after", type_=Instant()), bindparam("after_id", type_=Id()))
    chosen = _belonging(name, by, tuple_(key, tickets.c.id) > place)
    return compiled(chosen.order_by(key, tickets.c.id), is_planned_anew=name in HELD)


_never: Final = literal_column("'infinity'::timestamptz", Instant())
_ORDERS: Final = {"due": func.coalesce(tickets.c.due_at, _never), "waiting": tickets.c.turn_since}
_HOW_MANY: Final = compiled(hits(FEW + 1), is_planned_anew=True)
_SPELLS: Final = compiled(
    select(turns.c.ticket_id, turns.c.side, turns.c.since)
    .where(turns.c.ticket_id == any_(bindparam("ids", type_=IDS)))
    .order_by(turns.c.ticket_id, turns.c.ordinal)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which list somebody asks for. `side` None: the attendants' for who may attend or reads all, else the client's.

    `with_turns`: each ticket with its ledger's sides, in one more read for the whole page.
    """

    side: str | None = None
    filter: str = "all"
    scope: str = "own"
    words: str = ""
    type: str | None = None
    group: str | None = None
    priority: str | None = None
    queue: str | None = None
    holder: str | None = None
    client: str | None = None
    order: str = "newest"
    with_turns: bool = False

    @property
    def narrowing(self) -> dict[str, str]:
        """What narrows the list, by the names of its parameters."""
        given = {
            "of_type": self.type,
            "of_group": self.group,
            "of_priority": self.priority,
            "of_queue": self.queue,
            "of_holder": self.holder,
            "of_client": self.client,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list; `place` is where the next one begins, None after the last."""

    lines: Sequence[TicketLine]
    place: tuple[str, ...] | None


def side_of(actor: Actor, asked: str | None) -> str:
    """As whom the actor reads lists. Raises Forbidden where their profiles do not let them."""
    attends = actor.may("ticket.attend") or actor.may("ticket.read_all") or actor.may("ticket.read")
    side = asked or ("attendant" if actor.may("ticket.attend") or actor.may("ticket.read_all") else "client")
    if side == "attendant" and not attends:
        raise Forbidden("You do not attend tickets")
    if side == "client" and not actor.may("portal.client_online"):
        raise Forbidden("You have no access to the client's pages")
    return side


def choices(reader: Reader, actor: Actor) -> Scope:
    """By what an attendants' list may be narrowed. Raises Forbidden for who reads none."""
    side_of(actor, "attendant")
    return reports.scope(reader, actor)


def page(reader: Reader, actor: Actor, asked: Asked, *, after: Sequence[str], most: int) -> Listed:
    """At most `most` tickets of a list after the place `after`. Raises Forbidden, Invalid."""
    require_module(actor)
    side = side_of(actor, asked.side)
    filters = CLIENT_FILTERS if side == "client" else ATTENDANT_FILTERS
    shelves = filters.get(asked.filter)
    if shelves is None:
        raise problems.invalid("filter", "There is no such filter on this side")
    name = list_of(side, asked.filter, asked.scope, reads_all=actor.may("ticket.read_all"))
    values: dict[str, Any] = {
        **looking(actor),
        "now": reader.now,
        "shelves": list(shelves),
        "most": most + 1,
        "with_drafts": side == "attendant" and asked.filter == "all",
        **asked.narrowing,
    }
    rows = _rows(reader, name, asked, after, values)
    lines = [line(reading(reader, actor, row)) for row in rows[:most]]
    if asked.with_turns:
        lines = _with_turns(reader, lines)
    return Listed(lines, _place(rows[most - 1], asked) if len(rows) > most else None)


def _rows(reader: Reader, name: str, asked: Asked, after: Sequence[str], values: Mapping[str, Any]) -> list[Any]:
    by = frozenset(asked.narrowing)
    if asked.order in _ORDERS and not asked.words.strip():
        since, id = after if len(after) == len(FIRST) else FIRST
        return reader.all(_ordered(name, by, asked.order), **values, after=since, after_id=id)
    values = {**values, "before": after[-1] if after else LAST}
    if not asked.words.strip():
        return reader.all(_page(name, by), **values)
    numbers = numbers_meant(asked.words, reader.now)
    if not numbers and _are_common(reader, asked.words):
        of_few = name in OF_FEW and holding.held(reader, values) <= HELD_FEW
        return reader.all(_page(name, by, walked=True, of_few=of_few), **values, words=asked.words)
    return reader.all(_found(name, by), **values, words=asked.words, numbers=numbers)


def _are_common(reader: Reader, words: str) -> bool:
    """Whether more hold the words than the words' indexes are read for; those of a very common one are not counted."""
    if any(row.about > FEW * SURELY for row in reader.all(KNOWN, words=words)):
        return True
    return bool(reader.scalar(_HOW_MANY, words=words) > FEW)


def _place(row: Any, asked: Asked) -> tuple[str, ...]:
    if asked.order in _ORDERS and not asked.words.strip():
        due = row.due_at.isoformat() if row.due_at is not None else "infinity"
        return (due if asked.order == "due" else row.turn_since.isoformat(), row.id)
    return (row.id,)


def _with_turns(reader: Reader, lines: Sequence[TicketLine]) -> list[TicketLine]:
    """The same lines, each with the sides of its ledger."""
    ledger: dict[str, list[Any]] = {each.id: [] for each in lines}
    for row in reader.all(_SPELLS, ids=list(ledger)):
        ledger[row.ticket_id].append(row)
    return [tracked(each, ledger[each.id]) for each in lines]
