"""The lists of the domain page: for each, the streams that a page merges and the predicate that says the same of a row.

The predicate serves searching and counting, where the words found or the whole decide how to read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, FromClause, and_, any_, literal_column, not_, or_
from sqlalchemy.dialects.postgresql import array

from services.ticket.access import seeing, streams
from services.ticket.access.seeing import ONE, word
from services.ticket.access.streams import DRAFTS, SHELVES, Also, Stream
from services.ticket.rules.ticket import ATTENDED
from shared.database import Text

Condition = ColumnElement[bool]
Predicate = Callable[[FromClause], Condition]


Streams = Callable[[Also], tuple[Stream, ...]]


@dataclass(frozen=True, slots=True)
class List:
    """One list: how a page of it is read, and what belongs to it."""

    streams: Streams
    belongs: Predicate


def _shelved(t: FromClause) -> Condition:
    return t.c.shelf == any_(SHELVES)


def _no_draft_of_others(t: FromClause) -> Condition:
    return or_(t.c.status != word("draft"), t.c.author_id == ONE.id)


def _own(t: FromClause) -> Condition:
    return and_(t.c.client_id == ONE.id, _no_draft_of_others(t), _shelved(t))


def _dependants(t: FromClause) -> Condition:
    return and_(seeing.is_guardian(t, ONE), _no_draft_of_others(t), _shelved(t))


def _shared(t: FromClause) -> Condition:
    return and_(seeing.is_shared(t, ONE), t.c.client_id != ONE.id, t.c.status != word("draft"), _shelved(t))


def _drafts_for_others(t: FromClause) -> Condition:
    mine = and_(t.c.author_id == ONE.id, t.c.author_id != t.c.client_id)
    return and_(t.c.shelf == word("draft"), mine, DRAFTS)


def _visible(t: FromClause) -> Condition:
    seen = and_(t.c.status != word("draft"), _shelved(t), not_(ONE.reads_all), _attended(t))
    return or_(seen, _drafts_for_others(t))


def _attended(t: FromClause) -> Condition:
    held = or_(seeing.holds(t, ONE), and_(seeing.has_held(t, ONE), ~seeing.is_confidential(t)))
    opened = and_(ONE.opens_for, t.c.author_id == ONE.id, t.c.author_id != t.c.client_id)
    return or_(seeing.in_scope(t, ONE), opened, and_(ONE.attends, held))


def _everything(t: FromClause) -> Condition:
    return or_(and_(t.c.status != word("draft"), _shelved(t)), _drafts_for_others(t))


def _asked(t: FromClause) -> Condition:
    mine = t.c.approvers.contains(array([ONE.text_id], type_=Text))
    return and_(mine, t.c.approvers != literal_column("'{}'::text[]"), t.c.shelf == word("attendant"))


def _my_turn(t: FromClause) -> Condition:
    return or_(_mine("attendant")(t), _asked(t))


def _mine(side: str) -> Predicate:
    return lambda t: and_(t.c.holder_person_id == ONE.id, t.c.shelf == word(side))


def _my_queues(t: FromClause) -> Condition:
    takeable = and_(seeing.one_of(t.c.shelf, ATTENDED), t.c.stage_kind != word("approval"))
    return and_(t.c.holder_queue == any_(ONE.queues), takeable)


def _either(first: Predicate, second: Predicate) -> Predicate:
    return lambda t: or_(first(t), second(t))


def _seen_by_attendants(also: Also) -> tuple[Stream, ...]:
    return (streams.ever_held(also), *_beside_what_was_held(also))


def _seen_by_attendants_of_few(also: Also) -> tuple[Stream, ...]:
    return (streams.held_by_few(also), *_beside_what_was_held(also))


def _beside_what_was_held(also: Also) -> tuple[Stream, ...]:
    return (streams.in_scope(also), streams.opened_for_others(also), streams.asked_to_decide(also))


def _seen_by_all_readers(also: Also) -> tuple[Stream, ...]:
    return (streams.everything(also), streams.opened_for_others(also))


def _with_third_party(seen: Streams) -> Streams:
    return lambda also: (*seen(also), streams.held_in_person(also, "third_party"))


def _to_do(also: Also) -> tuple[Stream, ...]:
    return (streams.held_in_person(also, "attendant"), streams.asked_to_decide(also))


def _of_others(also: Also) -> tuple[Stream, ...]:
    return (streams.shared_by_name(also), streams.of_the_organisation(also))


LISTS: Final[dict[str, List]] = {
    "own": List(lambda also: (streams.own(also),), _own),
    "dependants": List(lambda also: (streams.dependants(also),), _dependants),
    "shared": List(_of_others, _shared),
    "visible": List(_seen_by_attendants, _visible),
    "everything": List(_seen_by_all_readers, _everything),
    "visible_and_third_party": List(_with_third_party(_seen_by_attendants), _either(_visible, _mine("third_party"))),
    "everything_and_third_party": List(
        _with_third_party(_seen_by_all_readers), _either(_everything, _mine("third_party"))
    ),
    "my_turn": List(_to_do, _my_turn),
    "my_queues": List(lambda also: (streams.in_my_queues(also),), _my_queues),
    "third_party": List(lambda also: (streams.held_in_person(also, "third_party"),), _mine("third_party")),
}

OF_FEW: Final[dict[str, Streams]] = {
    "visible": _seen_by_attendants_of_few,
    "visible_and_third_party": _with_third_party(_seen_by_attendants_of_few),
}
"""How those lists are read, for words that are common, where the reader holds or has held few tickets."""

ATTENDANTS: Final = {
    "my_turn": "my_turn",
    "my_queues": "my_queues",
    "awaiting_third_party": "third_party",
    "awaiting": "{seen}_and_third_party",
}
"""Which list an attendants' filter reads; those not named read what the attendant sees (`visible` or `everything`)."""


def list_of(side: str, filter: str, scope: str, *, reads_all: bool) -> str:
    """The name of the list that a filter shows."""
    if side == "client":
        return scope
    seen = "everything" if reads_all else "visible"
    return ATTENDANTS.get(filter, seen).format(seen=seen)
