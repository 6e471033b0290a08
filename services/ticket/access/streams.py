"""Lists of tickets as streams: each is an index read newest first, cut off at a page, and a list is their merge.

So a page costs its own length times the streams that it merges, however many tickets there are and however few of them
the reader sees. A stream says nothing new of who sees what: it is one branch of `seeing.may_see`. `also` is a further
condition on its tickets.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
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
    or_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import array

from services.ticket.access.seeing import CODES, ONE, holds, is_confidential, word
from services.ticket.models import holders, people, shares, tickets, types
from shared.database import Boolean, Id, Integer

Condition = ColumnElement[bool]
Stream = Select[Any]
Also = Callable[[FromClause], Condition]

SHELVES: Final = bindparam("shelves", type_=CODES)
BEFORE: Final = bindparam("before", type_=Id())
OLDEST: Final = literal_column("'00000000-0000-0000-0000-000000000000'::uuid", Id())
MOST: Final[ColumnElement[Any]] = bindparam("most", type_=Integer)
"""One more than a page."""
DRAFTS: Final[ColumnElement[bool]] = bindparam("with_drafts", type_=Boolean)
"""Whether an attendant's list shows the drafts that they write for clients."""


def narrowed(t: FromClause, by: Collection[str]) -> Condition:
    """What a caller may narrow every list by, those of `NARROWINGS` that are asked for.

    Only those: a condition that is true where nothing was asked hides from the planner how much is found.
    """
    return and_(true(), *(NARROWINGS[name](t) for name in sorted(by)))


def _of_group(t: FromClause) -> Condition:
    return t.c.type.in_(select(types.c.code).where(types.c.group_code == bindparam("of_group", type_=SqlText)))


NARROWINGS: Final[Mapping[str, Also]] = {
    "of_type": lambda t: t.c.type == bindparam("of_type", type_=SqlText),
    "of_group": _of_group,
    "of_priority": lambda t: t.c.priority == bindparam("of_priority", type_=SqlText),
    "of_queue": lambda t: t.c.holder_queue == bindparam("of_queue", type_=SqlText),
    "of_holder": lambda t: t.c.holder_person_id == bindparam("of_holder", type_=Id()),
    "of_client": lambda t: t.c.client_id == bindparam("of_client", type_=Id()),
}
"""Type, group, priority, the queue or the person that holds, the client: each by its parameter."""


def _page(t: FromClause, also: Also, *conditions: Condition) -> Any:
    """The ids of a stream's page, newest first."""
    chosen = select(t.c.id).where(*conditions, t.c.id < BEFORE, also(t))
    return chosen.order_by(t.c.id.desc()).limit(MOST)


def _walk(
    chosen: Select[Any], keys: Sequence[tuple[ColumnElement[Any], ColumnElement[Any]]], id: ColumnElement[Any]
) -> Select[Any]:
    """`chosen` where each key's column has its value, newest first: only by the index of those columns and `id`.

    Said as a range of rows and ordered by all of them, which no other index gives. With plain equalities the planner
    may walk every ticket by its id instead, whenever its statistics make the keys look common.
    """
    at, values = [column for column, _ in keys], [value for _, value in keys]
    place = tuple_(*at, id)
    within = and_(place < tuple_(*values, BEFORE), place >= tuple_(*values, OLDEST))
    return chosen.where(within).order_by(*[column.desc() for column in at], id.desc()).limit(MOST)


def _shelf(
    t: FromClause, also: Also, key: tuple[ColumnElement[Any], ColumnElement[Any]], *more: Any, where: Condition = true()
) -> Any:
    """The ids of a page of those whose columns have the keys' values."""
    return _walk(select(t.c.id).where(where, also(t)), (key, *more), t.c.id)


def _each(values: ColumnElement[Any], name: str, of: Callable[[ColumnElement[Any]], Any]) -> Stream:
    """A stream for each of `values`, beside one another."""
    keys = func.unnest(values).table_valued(name, name=f"each_{name}").render_derived()
    found = of(keys.c[name]).lateral(f"in_{name}")
    return select(found.c.id).select_from(keys.join(found, true()))


def _each_of_two(
    first: ColumnElement[Any], second: ColumnElement[Any], of: Callable[[ColumnElement[Any], ColumnElement[Any]], Any]
) -> Stream:
    keys = func.unnest(first).table_valued("one", name="each_one").render_derived()
    also = func.unnest(second).table_valued("two", name="each_two").render_derived()
    found = of(keys.c.one, also.c.two).lateral("in_both")
    return select(found.c.id).select_from(keys.join(also, true()).join(found, true()))


def own(also: Also) -> Stream:
    """The client's own: drafts of theirs, and whatever was opened by or for them."""
    t = tickets.alias("own")
    mine = or_(t.c.status != word("draft"), t.c.author_id == ONE.id)
    return _each(
        SHELVES, "shelf", lambda shelf: _shelf(t, also, (t.c.client_id, ONE.id), (t.c.shelf, shelf), where=mine)
    )


def dependants(also: Also) -> Stream:
    """Those of the people whose guardian the reader is."""
    t, d = tickets.alias("theirs"), people.alias("dependant")
    of_mine = select(func.array_agg(d.c.id)).where(d.c.guardians.contains(array([ONE.text_id], type_=SqlText)))
    mine = or_(t.c.status != word("draft"), t.c.author_id == ONE.id)
    return _each_of_two(
        of_mine.scalar_subquery(),
        SHELVES,
        lambda client, shelf: _shelf(t, also, (t.c.client_id, client), (t.c.shelf, shelf), where=mine),
    )


def shared_by_name(also: Also) -> Stream:
    """Those shared with the reader by name, as long as they are."""
    t, s = tickets.alias("shared"), shares.alias("share")
    chosen = (
        select(t.c.id)
        .select_from(s.join(t, t.c.id == s.c.ticket_id))
        .where(s.c.person_id == ONE.id, s.c.expires_at > ONE.now)
    )
    beyond = and_(t.c.status != word("draft"), t.c.shelf == any_(SHELVES), t.c.id < BEFORE, also(t))
    return chosen.where(beyond).order_by(t.c.id.desc()).limit(MOST)


def of_the_organisation(also: Also) -> Stream:
    """Those of the reader's organisation, where their role shows them; not their own."""
    t, c, me = tickets.alias("ours"), people.alias("colleague"), people.alias("myself")
    mine = select(me.c.organisation_id).where(me.c.id == ONE.id).scalar_subquery()
    colleagues = select(func.array_agg(c.c.id)).where(
        ONE.sees_organisation, c.c.organisation_id == mine, c.c.id != ONE.id
    )
    beyond = t.c.status != word("draft")
    return _each_of_two(
        colleagues.scalar_subquery(),
        SHELVES,
        lambda client, shelf: _shelf(t, also, (t.c.client_id, client), (t.c.shelf, shelf), where=beyond),
    )


def _open_to_who_held(t: FromClause) -> Condition:
    return or_(~is_confidential(t), holds(t, ONE))


def ever_held(also: Also) -> Stream:
    """Those that the reader or a queue of theirs holds or has held; of confidential types, holds now."""
    t = tickets.alias("held")

    def page(key: ColumnElement[Any], shelf: ColumnElement[Any]) -> Any:
        chosen = select(holders.c.ticket_id.label("id")).select_from(holders.join(t, t.c.id == holders.c.ticket_id))
        keys = [(holders.c.holder, key), (holders.c.shelf, shelf)]
        return _walk(chosen.where(ONE.attends, _open_to_who_held(t), also(t)), keys, holders.c.ticket_id)

    return _each_of_two(ONE.keys, SHELVES, page)


def held_by_few(also: Also) -> Stream:
    """As `ever_held`, for who held so few that all can be put in order: then `also` is asked of the newest alone."""
    t = tickets.alias("held")
    mine = and_(ONE.attends, holders.c.holder == any_(ONE.keys), holders.c.shelf == any_(SHELVES))
    newest = (
        select(holders.c.ticket_id)
        .where(mine, holders.c.ticket_id < BEFORE)
        .distinct()
        .order_by(holders.c.ticket_id.desc())
        .offset(literal_column("0"))
        .subquery("newest")
    )
    chosen = select(newest.c.ticket_id.label("id")).select_from(newest.join(t, t.c.id == newest.c.ticket_id))
    return chosen.where(_open_to_who_held(t), also(t)).order_by(newest.c.ticket_id.desc()).limit(MOST)


def in_scope(also: Also) -> Stream:
    """Those of the types that the profile's `ticket.read` names, by type or by group."""
    t = tickets.alias("scoped")
    codes = select(func.array_agg(types.c.code)).where(
        or_(types.c.code == any_(ONE.scope_types), types.c.group_code == any_(ONE.scope_groups))
    )
    beyond = and_(t.c.status != word("draft"), t.c.shelf == any_(SHELVES))
    return _each(codes.scalar_subquery(), "code", lambda code: _shelf(t, also, (t.c.type, code), where=beyond))


def opened_for_others(also: Also) -> Stream:
    """Those that the reader opened on behalf of clients, drafts among them."""
    t = tickets.alias("opened")
    shelf = or_(and_(t.c.shelf == any_(SHELVES), ONE.opens_for), and_(t.c.shelf == word("draft"), DRAFTS))
    return _shelf(t, also, (t.c.author_id, ONE.id), where=and_(t.c.author_id != t.c.client_id, shelf))  # type: ignore[no-any-return]


def asked_to_decide(also: Also) -> Stream:
    """Those whose approval asks the reader."""
    t = tickets.alias("asked")
    mine = t.c.approvers.contains(array([ONE.text_id], type_=SqlText))
    open_now = and_(t.c.approvers != literal_column("'{}'::text[]"), t.c.shelf == any_(SHELVES))
    return _page(t, also, mine, open_now)  # type: ignore[no-any-return]


def everything(also: Also) -> Stream:
    """Every ticket but drafts, for who reads all."""
    t = tickets.alias("any_ticket")
    return _each(SHELVES, "shelf", lambda shelf: _shelf(t, also, (t.c.shelf, shelf)))


def held_in_person(also: Also, side: str) -> Stream:
    """Those that the reader holds now, for the attendants or for a third party."""
    t = tickets.alias("mine")
    held = t.c.holder_person_id.is_not(None)
    return _shelf(t, also, (t.c.holder_person_id, ONE.id), (t.c.shelf, word(side)), where=held)  # type: ignore[no-any-return]


def in_my_queues(also: Also) -> Stream:
    """Those that a queue of the reader's holds and that they may take."""
    t = tickets.alias("queued")
    takeable = and_(t.c.shelf == any_(SHELVES), t.c.stage_kind != word("approval"))
    held = and_(t.c.holder_queue.is_not(None), takeable)
    return _each(ONE.queues, "queue", lambda queue: _shelf(t, also, (t.c.holder_queue, queue), where=held))


def merged(*streams: Stream) -> Any:
    """The streams' newest tickets, each once, cut off at a page."""
    parts = [select(s.subquery(f"stream_{n}").c.id) for n, s in enumerate(streams)]
    whole = (union(*parts) if len(parts) > 1 else parts[0]).subquery("merged")
    return select(whole.c.id).order_by(whole.c.id.desc()).limit(MOST).subquery("chosen")
