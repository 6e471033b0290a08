"""The one read of a ticket: its row, the names around it, and how the actor stands to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Label, Text, bindparam, func, literal_column, select

from services.ticket.access.definitions import definition
from services.ticket.access.seeing import (
    ONE,
    Who,
    has_held,
    in_scope,
    is_guardian,
    is_shared,
    leads,
    looking,
    may_see,
    stands_in,
)
from services.ticket.models import people, queues, texts, tickets, types
from services.ticket.rules import problems
from services.ticket.rules.reading import Reading
from services.ticket.rules.ticket import MODULE, Names, Relations, Ticket, standing
from shared.database import Id, Reader, Statement, compiled
from shared.errors import Forbidden
from shared.ids import Actor

_TICKET: Final = Ticket.__struct_fields__
_NAMES: Final = Names.__struct_fields__
_RELATIONS: Final = Relations.__struct_fields__
_AFTER_TICKET: Final = len(_TICKET)
_AFTER_NAMES: Final = _AFTER_TICKET + len(_NAMES)

_no_text: Final[ColumnElement[Any]] = literal_column("''", Text)
_nothing: Final[ColumnElement[Any]] = literal_column("'{}'::jsonb")
_never: Final[ColumnElement[Any]] = literal_column("false")
_no_queues: Final[ColumnElement[Any]] = literal_column("'{}'::text[]")
_client: Final = people.alias("client")
_holder: Final = people.alias("holder")


def columns(t: FromClause, who: Who, *, whole: bool, own: bool = False) -> list[ColumnElement[Any]]:
    """What a Reading is made of, in its order; `whole` with the description and the parameters. `own`: who looks is the
    client of every row, and how else they stand to it is of no account."""
    left_out = {} if whole else {"description": _no_text, "parameters": _nothing}
    described: dict[str, ColumnElement[Any]] = {"description": texts.c.description, **left_out}
    said = [described[name].label(name) if name in described else t.c[name] for name in _TICKET]
    around: dict[str, ColumnElement[Any]] = {
        "type_names": func.coalesce(types.c.names, _nothing),
        "group": func.coalesce(types.c.group_code, literal_column("''")),
        "group_names": func.coalesce(types.c.group_names, _nothing),
        "is_confidential": func.coalesce(types.c.is_confidential, literal_column("false")),
        "client": func.coalesce(_client.c.display_name, literal_column("''")),
        "client_kind": _client.c.kind,
        "holder": func.coalesce(_holder.c.display_name, literal_column("''")),
        "queue_names": queues.c.names,
    }
    stands: dict[str, ColumnElement[Any]] = {
        "is_guardian": is_guardian(t, who),
        "is_shared": is_shared(t, who),
        "has_held": has_held(t, who),
        "is_in_scope": in_scope(t, who),
        "stands_in": stands_in(t, who),
        "leads": leads(t, who),
        "queues": who.queues,
    }
    if own:
        stands = {**dict.fromkeys(stands, _never), "queues": _no_queues}
    return [
        *said,
        *_named(around, _NAMES),
        *_named(stands, _RELATIONS),
    ]


def _named(found: dict[str, ColumnElement[Any]], order: Sequence[str]) -> list[Label[Any]]:
    return [found[name].label(f"r_{name}") for name in order]


def joined(t: FromClause, *, whole: bool) -> FromClause:
    """`t` with the tables that `columns` reads."""
    found = t.outerjoin(types, types.c.code == t.c.type)
    found = found.outerjoin(_client, _client.c.id == t.c.client_id)
    found = found.outerjoin(_holder, _holder.c.id == t.c.holder_person_id)
    found = found.outerjoin(queues, queues.c.code == t.c.holder_queue)
    return found.outerjoin(texts, texts.c.ticket_id == t.c.id) if whole else found


ONE_TICKET: Final[Statement] = compiled(
    select(*columns(tickets, ONE, whole=True))
    .select_from(joined(tickets, whole=True))
    .where(tickets.c.id == bindparam("id", type_=Id()), may_see(tickets, ONE))
)


def load_ticket(reader: Reader, actor: Actor, ticket_id: str) -> Reading:
    """The ticket as `actor` finds it. Raises NoSuchTicket where they may not see it, Forbidden without the module."""
    row = reader.one(ONE_TICKET, id=ticket_id, now=reader.now, **looking(actor))
    if row is None:
        raise problems.no_such_ticket()
    require_module(actor)
    return reading(reader, actor, row)


def require_module(actor: Actor) -> None:
    """Raises Forbidden for who has no permission that opens the ticket pages."""
    if not any(actor.may(permission) for permission in MODULE):
        raise Forbidden(problems.NO_MODULE)


def reading(reader: Reader, actor: Actor, row: Any) -> Reading:
    """What a row of `columns` says."""
    ticket = Ticket(*row[:_AFTER_TICKET])
    names = Names(*row[_AFTER_TICKET:_AFTER_NAMES])
    relations = Relations(*(*row[_AFTER_NAMES:-1], frozenset(row[-1])))
    known = definition(reader, ticket.type, ticket.flow_version)
    return Reading(ticket, names, standing(actor, ticket, names, relations), known, reader.now, relations)
