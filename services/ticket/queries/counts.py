"""How many tickets each filter shows: few ones by the predicates that the lists use, many ones as they are kept.

What grows with the house is not counted but added up from `tallies`: all there is, the types of a profile's scope, what
a queue holds or has held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    any_,
    cast,
    func,
    literal_column,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import array

from services.ticket.access import seeing
from services.ticket.access.lists import LISTS
from services.ticket.access.loading import require_module
from services.ticket.access.seeing import ONE, looking, word
from services.ticket.access.streams import SHELVES as SHELVES_ASKED
from services.ticket.models import holders, tallies, tickets
from services.ticket.queries.lists import side_of
from services.ticket.rules.turns import CLIENT_FILTERS
from shared.database import Reader, Statement, Text, compiled
from shared.ids import Actor

SHELVES: Final = ("client", "attendant", "third_party", "nobody", "concluded", "cancelled")


def _by_shelf(name: str) -> Statement:
    t = tickets
    return compiled(select(t.c.shelf, func.count().label("count")).where(LISTS[name].belongs(t)).group_by(t.c.shelf))


def _own_by_shelf() -> Statement:
    """The client's own. Drafts apart, since only theirs ask who wrote them: the others are counted in their index."""
    t = tickets
    theirs = and_(t.c.client_id == ONE.id, t.c.shelf == any_(SHELVES_ASKED))
    sent = select(t.c.shelf, func.count().label("count")).where(theirs, t.c.shelf != word("draft")).group_by(t.c.shelf)
    drafts = select(t.c.shelf, func.count().label("count")).where(
        theirs, t.c.shelf == word("draft"), t.c.author_id == ONE.id
    )
    return compiled(union_all(sent, drafts.group_by(t.c.shelf)))


_total: Final = cast(func.coalesce(func.sum(tallies.c.change), 0), BigInteger)


def _mine() -> list[Any]:
    """What is the reader's to do: their turn, their queues, what they follow up with third parties."""
    t = tickets
    counted = {"my_turn": LISTS["my_turn"].belongs(t), "awaiting_third_party": LISTS["third_party"].belongs(t)}
    personal = [select(func.count()).where(of).scalar_subquery().label(name) for name, of in counted.items()]
    queued = select(_total).where(tallies.c.queue == any_(ONE.queues))
    return [*personal, queued.scalar_subquery().label("my_queues")]


def _kept(*conditions: ColumnElement[bool]) -> Select[Any]:
    """How many tickets each shelf has, as kept."""
    k = tallies
    chosen = select(k.c.shelf, _total.label("count")).where(seeing.one_of(k.c.shelf, SHELVES), *conditions)
    return chosen.group_by(k.c.shelf)


def _is_kept(t: FromClause) -> ColumnElement[bool]:
    """The reader sees the ticket for its type, or for a queue that held it: what is true of all of its kind."""
    queued = and_(ONE.attends, t.c.held_queues.overlap(ONE.queues), ~seeing.is_confidential(t))
    return or_(seeing.in_scope(t, ONE), queued)


def _met() -> FromClause:
    """The ids that an attendant has to do with in person, and of confidential types what their queues hold now."""
    t = tickets.alias("met")
    opened = and_(ONE.opens_for, t.c.author_id == ONE.id, t.c.author_id != t.c.client_id)
    asked = and_(
        t.c.approvers != literal_column("'{}'::text[]"), t.c.approvers.contains(array([ONE.text_id], type_=Text))
    )
    in_queue = and_(t.c.holder_queue == any_(ONE.queues), seeing.is_confidential(t))
    held = select(holders.c.ticket_id.label("id")).where(ONE.attends, holders.c.holder == ONE.text_id)
    return union(held, *(select(t.c.id).where(way) for way in (opened, asked, in_queue))).subquery("chosen")


def _seen() -> Statement:
    """What an attendant sees: what is kept of whole kinds, and of the others each that they have to do with."""
    t, chosen = tickets, _met()
    whole = or_(~seeing.is_confidential(t), seeing.attends(t, ONE))
    met = (
        select(t.c.shelf, func.count().label("count"))
        .select_from(chosen.join(t, t.c.id == chosen.c.id))
        .where(seeing.one_of(t.c.shelf, SHELVES), ~_is_kept(t), whole)
        .group_by(t.c.shelf)
    )
    return compiled(union_all(_kept(_is_kept(tallies)), met))


def _drafts() -> Statement:
    mine = and_(tickets.c.author_id == ONE.id, tickets.c.author_id != tickets.c.client_id)
    return compiled(select(func.count()).where(mine, tickets.c.status == word("draft")))


_CLIENT: Final = {"own": _own_by_shelf(), **{scope: _by_shelf(scope) for scope in ("shared", "dependants")}}
_EVERYTHING: Final = compiled(_kept())
_SEEN: Final = _seen()
_MINE: Final = compiled(select(*_mine()))
_DRAFTS: Final = _drafts()


def counts(reader: Reader, actor: Actor, *, side: str | None, scope: str) -> dict[str, int]:
    """How many tickets each filter of a side shows. Raises Forbidden."""
    require_module(actor)
    if side_of(actor, side) == "client":
        return _client_counts(reader, actor, scope)
    return _attendant_counts(reader, actor)


def _client_counts(reader: Reader, actor: Actor, scope: str) -> dict[str, int]:
    values = {**looking(actor), "now": reader.now, "shelves": list(CLIENT_FILTERS["all"])}
    found = {row.shelf: row.count for row in reader.all(_CLIENT[scope], **values)}
    return {name: _sum(found, shelves) for name, shelves in CLIENT_FILTERS.items()}


def _attendant_counts(reader: Reader, actor: Actor) -> dict[str, int]:
    values = {**looking(actor), "now": reader.now}
    statement = _EVERYTHING if actor.may("ticket.read_all") else _SEEN
    found: Counter[str] = Counter()
    for row in reader.all(statement, **values):
        found[row[0]] += row[1]
    mine = reader.one(_MINE, **values)
    third_party = mine.awaiting_third_party
    return {
        "all": sum(found.values()) + reader.scalar(_DRAFTS, **values),
        "my_turn": mine.my_turn,
        "my_queues": mine.my_queues,
        "awaiting": found.get("client", 0) + third_party,
        "awaiting_client": found.get("client", 0),
        "awaiting_third_party": third_party,
        "concluded": found.get("concluded", 0),
        "cancelled": found.get("cancelled", 0),
    }


def _sum(found: Mapping[str, int], shelves: tuple[str, ...]) -> int:
    return sum(found.get(shelf, 0) for shelf in shelves)
