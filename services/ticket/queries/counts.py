"""How many tickets each filter shows, by the predicates that the lists use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import FromClause, Select, and_, any_, func, literal_column, or_, select, union
from sqlalchemy.dialects.postgresql import array

from services.ticket.access import seeing
from services.ticket.access.lists import LISTS
from services.ticket.access.loading import require_module
from services.ticket.access.seeing import ONE, looking, word
from services.ticket.models import holders, tickets, types
from services.ticket.queries.lists import side_of
from services.ticket.rules.turns import CLIENT_FILTERS
from shared.database import Reader, Statement, Text, compiled
from shared.ids import Actor

SHELVES: Final = ("client", "attendant", "third_party", "nobody", "concluded", "cancelled")


def _by_shelf(name: str) -> Statement:
    t = tickets
    return compiled(select(t.c.shelf, func.count().label("count")).where(LISTS[name].belongs(t)).group_by(t.c.shelf))


def _mine() -> list[Any]:
    """What is the reader's to do: their turn, their queues, what they follow up with third parties."""
    t = tickets
    counted = {
        "my_turn": LISTS["my_turn"].belongs(t),
        "my_queues": LISTS["my_queues"].belongs(t),
        "awaiting_third_party": LISTS["third_party"].belongs(t),
    }
    return [select(func.count()).where(of).scalar_subquery().label(name) for name, of in counted.items()]


def _candidates() -> FromClause:
    """The ids that an attendant may see by each way of seeing, once each."""
    t = tickets.alias("candidate")
    codes = select(types.c.code).where(
        or_(types.c.code == any_(ONE.scope_types), types.c.group_code == any_(ONE.scope_groups))
    )
    opened = and_(ONE.opens_for, t.c.author_id == ONE.id, t.c.author_id != t.c.client_id)
    asked = and_(
        t.c.approvers != literal_column("'{}'::text[]"), t.c.approvers.contains(array([ONE.text_id], type_=Text))
    )
    held = select(holders.c.ticket_id.label("id")).where(ONE.attends, holders.c.holder == any_(ONE.keys))
    ways: list[Select[Any]] = [held, select(t.c.id).where(t.c.type.in_(codes)), select(t.c.id).where(opened)]
    return union(*ways, select(t.c.id).where(asked)).subquery("candidates")


def _seen() -> Statement:
    t, chosen = tickets, _candidates()
    whole = or_(~seeing.is_confidential(t), seeing.attends(t, ONE))
    return compiled(
        select(t.c.shelf, func.count().label("count"))
        .select_from(chosen.join(t, t.c.id == chosen.c.id))
        .where(seeing.one_of(t.c.shelf, SHELVES), whole)
        .group_by(t.c.shelf)
    )


def _drafts() -> Statement:
    mine = and_(tickets.c.author_id == ONE.id, tickets.c.author_id != tickets.c.client_id)
    return compiled(select(func.count()).where(mine, tickets.c.status == word("draft")))


_CLIENT: Final = {scope: _by_shelf(scope) for scope in ("own", "shared", "dependants")}
_EVERYTHING: Final = compiled(
    select(tickets.c.shelf, func.count().label("count"))
    .where(seeing.one_of(tickets.c.shelf, SHELVES))
    .group_by(tickets.c.shelf)
)
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
    found = {row[0]: row[1] for row in reader.all(statement, **values)}
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
