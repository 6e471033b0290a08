"""Lists of tickets and their counts: one read of a page's ids and rows together, however many tickets there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Text, any_, bindparam, func, literal_column, select, union

from services.ticket.access.lists import LISTS, list_of
from services.ticket.access.loading import columns, joined, reading, require_module
from services.ticket.access.seeing import CODES, ONE, looking
from services.ticket.access.streams import BEFORE, MOST, merged, narrowed
from services.ticket.models import SEARCHED, folded, texts, tickets
from services.ticket.rules.answers import TicketLine
from services.ticket.rules.numbers import numbers_meant
from services.ticket.rules.turns import ATTENDANT_FILTERS, CLIENT_FILTERS
from services.ticket.rules.viewing import line
from shared.database import Reader, Statement, compiled
from shared.errors import Forbidden
from shared.ids import Actor

LAST: Final = "ffffffff-ffff-ffff-ffff-ffffffffffff"


def _page(name: str) -> Statement:
    chosen = merged(*LISTS[name].streams)
    t = tickets
    return compiled(
        select(*columns(t, ONE, whole=False))
        .select_from(joined(t, whole=False).join(chosen, chosen.c.id == t.c.id))
        .order_by(t.c.id.desc())
        .limit(MOST)
    )


def _found(name: str) -> Statement:
    """Those of a list that words find: the words' index first, then who sees them."""
    t = tickets
    words = func.websearch_to_tsquery(literal_column("'portuguese'::regconfig"), folded(bindparam("words", type_=Text)))
    by_text = select(texts.c.ticket_id.label("id")).where(SEARCHED.op("@@")(words))
    by_number = select(t.c.id).where(t.c.number == any_(bindparam("numbers", type_=CODES)))
    matched = union(by_text, by_number).subquery("found")
    return compiled(
        select(*columns(t, ONE, whole=False))
        .select_from(joined(t, whole=False).join(matched, matched.c.id == t.c.id))
        .where(LISTS[name].belongs(t), t.c.id < BEFORE, narrowed(t))
        .order_by(t.c.id.desc())
        .limit(MOST)
    )


_PAGES: Final = {name: _page(name) for name in LISTS}
_FOUND: Final = {name: _found(name) for name in LISTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which list somebody asks for. `side` None: the attendants' for who may attend or reads all, else the client's."""

    side: str | None = None
    filter: str = "all"
    scope: str = "own"
    words: str = ""
    type: str | None = None
    group: str | None = None
    priority: str | None = None


def side_of(actor: Actor, asked: str | None) -> str:
    """As whom the actor reads lists. Raises Forbidden where their profiles do not let them."""
    attends = actor.may("ticket.attend") or actor.may("ticket.read_all") or actor.may("ticket.read")
    side = asked or ("attendant" if actor.may("ticket.attend") or actor.may("ticket.read_all") else "client")
    if side == "attendant" and not attends:
        raise Forbidden("You do not attend tickets")
    if side == "client" and not actor.may("portal.client_online"):
        raise Forbidden("You have no access to the client's pages")
    return side


def page(reader: Reader, actor: Actor, asked: Asked, *, before: str | None, most: int) -> list[TicketLine]:
    """At most `most` tickets of a list, newest first, older than `before`."""
    require_module(actor)
    side = side_of(actor, asked.side)
    filters = CLIENT_FILTERS if side == "client" else ATTENDANT_FILTERS
    shelves = filters.get(asked.filter)
    if shelves is None:
        return []
    name = list_of(side, asked.filter, asked.scope, reads_all=actor.may("ticket.read_all"))
    values: dict[str, Any] = {
        **looking(actor),
        "now": reader.now,
        "shelves": list(shelves),
        "before": before or LAST,
        "most": most,
        "with_drafts": side == "attendant" and asked.filter == "all",
        "of_type": asked.type,
        "of_group": asked.group,
        "of_priority": asked.priority,
    }
    return [line(reading(reader, actor, row)) for row in _rows(reader, name, asked.words, values)]


def _rows(reader: Reader, name: str, words: str, values: Mapping[str, Any]) -> list[Any]:
    if not words.strip():
        return reader.all(_PAGES[name], **values)
    return reader.all(_FOUND[name], **values, words=words, numbers=numbers_meant(words, reader.now))
