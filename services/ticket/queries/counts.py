"""How many tickets each filter shows: few ones by the predicates that the lists use, many ones as they are kept.

What grows with the house is not counted but added up from `tallies`: all there is, the types of a profile's scope, what
a queue holds or has held, what the reader does or did.
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
    exists,
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
from services.ticket.rules.ticket import ATTENDED
from services.ticket.rules.turns import CLIENT_FILTERS
from shared.database import Reader, Statement, Text, compiled
from shared.ids import Actor

OPEN: Final = ("client", "attendant", "third_party", "nobody")
NOT_SHOWN: Final = ("draft", "deleted")
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


_of_all: Final = tallies.c.holder == word("")
_total: Final = cast(func.coalesce(func.sum(tallies.c.change), 0), BigInteger)


def _mine() -> list[Any]:
    """What is the reader's to do: their turn, their queues, what they follow up with third parties."""
    t = tickets
    counted = {"my_turn": LISTS["my_turn"].belongs(t), "awaiting_third_party": LISTS["third_party"].belongs(t)}
    personal = [select(func.count()).where(of).scalar_subquery().label(name) for name, of in counted.items()]
    takeable = seeing.one_of(tallies.c.shelf, ATTENDED)
    queued = select(_total).where(_of_all, takeable, tallies.c.queue == any_(ONE.queues))
    return [*personal, queued.scalar_subquery().label("my_queues")]


def _kept(*conditions: ColumnElement[bool]) -> Select[Any]:
    """How many tickets each shelf has, as kept."""
    k = tallies
    chosen = select(k.c.shelf, _total.label("count")).where(*conditions, seeing.one_of(k.c.shelf, SHELVES))
    return chosen.group_by(k.c.shelf)


def _is_kept(t: FromClause) -> ColumnElement[bool]:
    """The reader sees the ticket for its type, or for a queue that held it: what is true of all of its kind."""
    queued = and_(ONE.attends, t.c.held_queues.overlap(ONE.queues), ~seeing.is_confidential(t))
    return or_(seeing.in_scope(t, ONE), queued)


def _opened(t: FromClause) -> ColumnElement[bool]:
    return and_(ONE.opens_for, t.c.author_id == ONE.id, t.c.author_id != t.c.client_id)


def _met() -> FromClause:
    """The tickets that an attendant opened or is asked to decide, and of confidential types what they or a queue hold.

    Without those that are kept. A queue is looked through only where the kept counts say that there is something.
    """
    t = tickets.alias("met")
    secret = and_(tallies.c.held_queues.overlap(ONE.queues), seeing.is_confidential(tallies))
    there_is_one = exists().where(_of_all, seeing.one_of(tallies.c.shelf, OPEN), secret).correlate_except(tallies)
    asked = and_(
        t.c.approvers != literal_column("'{}'::text[]"), t.c.approvers.contains(array([ONE.text_id], type_=Text))
    )
    in_queue = and_(there_is_one, t.c.holder_queue == any_(ONE.queues), seeing.is_confidential(t))
    mine = exists().where(holders.c.ticket_id == t.c.id, holders.c.holder == ONE.text_id).correlate_except(holders)
    is_counted = or_(_is_kept(t), and_(ONE.attends, mine, ~seeing.is_confidential(t)))
    whole = or_(~seeing.is_confidential(t), and_(ONE.attends, seeing.holds(t, ONE)), _opened(t))
    seen = and_(~seeing.one_of(t.c.shelf, NOT_SHOWN), ~is_counted, whole)
    h = holders.alias("mine")
    held = and_(ONE.attends, h.c.holder == ONE.text_id, seeing.one_of(h.c.shelf, OPEN), seeing.is_confidential(h), seen)
    ways: list[Select[Any]] = [select(t.c.id, t.c.shelf).where(way, seen) for way in (_opened(t), asked, in_queue)]
    in_person = select(t.c.id, t.c.shelf).select_from(h.join(t, t.c.id == h.c.ticket_id)).where(held)
    return union(in_person, *ways).subquery("chosen")


def _seen() -> Statement:
    """What an attendant sees: what is kept of whole kinds and of them in person, and of the rest each ticket."""
    in_person = _kept(
        ONE.attends, tallies.c.holder == ONE.text_id, ~_is_kept(tallies), ~seeing.is_confidential(tallies)
    )
    chosen = _met()
    met = select(chosen.c.shelf, func.count().label("count")).group_by(chosen.c.shelf)
    return compiled(union_all(_kept(_of_all, _is_kept(tallies)), in_person, met), is_planned_anew=True)


def _drafts() -> Statement:
    mine = and_(tickets.c.author_id == ONE.id, tickets.c.author_id != tickets.c.client_id)
    return compiled(select(func.count()).where(mine, tickets.c.status == word("draft")))


_CLIENT: Final = {"own": _own_by_shelf(), **{scope: _by_shelf(scope) for scope in ("shared", "dependants")}}
_EVERYTHING: Final = compiled(_kept(_of_all))
_SEEN: Final = _seen()
_MINE: Final = compiled(select(*_mine()), is_planned_anew=True)
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
