"""The verb that makes a ticket: a draft, or at once a submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, func, literal_column, select

from services.ticket.access.definitions import definition
from services.ticket.access.loading import load_ticket, require_module
from services.ticket.access.seeing import word
from services.ticket.commands import asking, filling
from services.ticket.commands.naming import load_person
from services.ticket.models import numbers, people, published, relations, settings, templates, texts, tickets, types
from services.ticket.rules import opening, problems
from services.ticket.rules.answers import TicketShown
from services.ticket.rules.numbers import number
from services.ticket.rules.reading import Reading
from services.ticket.rules.ticket import Names, Relations, Ticket, standing
from services.ticket.rules.viewing import shown
from shared.contracts.ticket import Drafted, SubmitRequested
from shared.database import Id, compiled
from shared.ids import is_id, new_id
from shared.transaction import Transaction

HOUSE_ZONE: Final = "America/Sao_Paulo"

zone: Final = (
    select(settings.c.value).where(settings.c.key == word("house.time_zone")).scalar_subquery().label("time_zone")
)
_drawn: Final = func.nextval(literal_column(f"'{numbers.name}'")).label("drawn")

_OPENING: Final = compiled(
    select(
        people.c.id.label("client_id"),
        people.c.display_name,
        people.c.kind,
        people.c.profiles,
        people.c.guardians,
        people.c.is_active,
        types.c.code,
        types.c.group_code,
        types.c.group_names,
        types.c.names,
        types.c.opened_by,
        types.c.templates,
        types.c.priority,
        types.c.is_confidential,
        types.c.is_retired,
        published.c.version,
        zone,
        _drawn,
    )
    .select_from(
        people.outerjoin(types, types.c.code == bindparam("type")).outerjoin(
            published, published.c.type == types.c.code
        )
    )
    .where(people.c.id == bindparam("client_id", type_=Id()))
)
_OWN_TEMPLATE: Final = compiled(
    select(templates.c.subject, templates.c.description, templates.c.parameters).where(
        templates.c.id == bindparam("id", type_=Id()),
        templates.c.owner_id == bindparam("owner_id", type_=Id()),
        templates.c.type == bindparam("type"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks for when they open a ticket. `client` is an id or an e-mail, None for oneself."""

    type: str
    subject: str | None = None
    description: str | None = None
    parameters: Mapping[str, Any]
    submit: bool = False
    client: str | None = None
    priority: str | None = None
    template: str | None = None
    created_from: str | None = None


def open_ticket(tx: Transaction, request: Request) -> TicketShown:
    """Make a draft, or submit at once. Raises Forbidden (not this person, not this type), Invalid."""
    require_module(tx.actor)
    client_id = load_person(tx, "client", request.client).id if request.client else tx.actor.id
    row = tx.one(_OPENING, client_id=client_id, type=request.type)
    if row is None:
        tx.miss("person", client_id)
        raise problems.invalid("client", "There is no such person")
    _judge_who(tx, row, request)
    reading = _reading(tx, row, request)
    also = opening.lacking if request.submit else None
    zone = row.time_zone or HOUSE_ZONE
    reading, changed = filling.fill(tx, reading, request.parameters, time_zone=zone, also=also)
    return shown(_written(tx, reading, request, sorted(changed)))


def _judge_who(tx: Transaction, row: Any, request: Request) -> None:
    """Raises Forbidden, or Invalid where type or client are not there."""
    if row.code is None or row.version is None:
        tx.miss("type", request.type)
        raise problems.invalid("type", "There is no type %(type)s", type=request.type)
    refusal = opening.may_open_for(tx.actor, row.client_id, row.guardians)
    sets_priority = request.priority not in (None, row.priority)
    if sets_priority and not tx.actor.may("ticket.open_for"):
        refusal = refusal or problems.forbidden("Only attendants set a ticket's priority")
    tx.in_order(forbidden=refusal or opening.may_be_opened_by(row.opened_by, row.kind, row.profiles), moves=False)
    if row.is_retired:
        raise problems.invalid("type", "This type takes no new tickets")
    if not row.is_active:
        raise problems.invalid("client", "%(person)s is not active", person=row.display_name)


def _reading(tx: Transaction, row: Any, request: Request) -> Reading:
    """The draft as it begins, before the given values."""
    version = definition(tx, row.code, row.version)
    template = _template(tx, row, request.template) if request.template else {}
    subject = request.subject if request.subject is not None else str(template.get("subject", ""))
    description = request.description if request.description is not None else str(template.get("description", ""))
    ticket = Ticket(
        id=new_id(),
        number=number(row.drawn, tx.now, row.time_zone or HOUSE_ZONE),
        type=row.code,
        flow_version=row.version,
        subject=subject,
        description=description,
        status="draft",
        priority=request.priority or row.priority,
        client_id=row.client_id,
        author_id=tx.actor.id,
        parameters=opening.beginnings(version, template.get("parameters", {})),
        turn_side="client",
        turn_since=tx.now,
        holder_person_id=tx.actor.id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    names = Names(
        type_names=row.names,
        group=row.group_code,
        group_names=row.group_names,
        is_confidential=row.is_confidential,
        client=row.display_name,
        client_kind=row.kind,
        holder=tx.actor.name,
    )
    stands = Relations(is_guardian=tx.actor.id in row.guardians)
    return Reading(ticket, names, standing(tx.actor, ticket, names, stands), version, tx.now, stands)


def _template(tx: Transaction, row: Any, named: str) -> Mapping[str, Any]:
    """The type's template of that code, or the actor's own of that id. Raises Invalid."""
    of_type = next((t for t in row.templates if t["code"] == named), None)
    if of_type is not None:
        return of_type  # type: ignore[no-any-return]
    own = tx.one(_OWN_TEMPLATE, id=named, owner_id=tx.actor.id, type=row.code) if is_id(named) else None
    if own is None:
        raise problems.invalid("template", "There is no such template of this type")
    return {"subject": own.subject, "description": own.description, "parameters": own.parameters}


def _written(tx: Transaction, reading: Reading, request: Request, codes: list[str]) -> Reading:
    """Write the ticket, and say that it was drafted or ask the flow to take it."""
    draft = reading.ticket
    if request.created_from is not None:
        _relate(tx, draft.id, request.created_from)
    tx.insert(texts, {"ticket_id": draft.id, "subject": draft.subject, "description": draft.description})
    if not request.submit:
        tx.create(tickets, row_of(draft))
        tx.emit(Drafted(ticket_id=draft.id, number=draft.number, client_id=draft.client_id, type=draft.type))
        tx.audit("ticket", draft.id, "draft", {"type": draft.type, "parameters": codes})
        return reading
    operation_id, submitted = submission(tx, reading)
    tx.create(tickets, row_of(submitted.ticket))
    ask_flow(tx, submitted, operation_id)
    tx.audit("ticket", draft.id, "submit", {"operation_id": operation_id, "type": draft.type, "parameters": codes})
    return submitted


def submission(tx: Transaction, reading: Reading) -> tuple[str, Reading]:
    """A draft accepted into the flow: its operation is written, its row and the question are the caller's."""
    operation_id = new_id()
    asking.add_operation(tx, reading, operation_id, "submit")
    submitted = reading.changed(
        status="open",
        turn_side="nobody",
        turn_since=tx.now,
        holder_person_id=None,
        pending_id=operation_id,
        pending_kind="submit",
        submitted_at=tx.now,
        updated_at=tx.now,
    )
    return operation_id, submitted


def ask_flow(tx: Transaction, submitted: Reading, operation_id: str) -> None:
    """Ask the flow to take a ticket that was accepted."""
    ticket = submitted.ticket
    tx.emit(
        SubmitRequested(
            **asking.asked(tx, submitted, operation_id),
            number=ticket.number,
            subject=ticket.subject,
            client_id=ticket.client_id,
            type=ticket.type,
            version=ticket.flow_version,
            priority=ticket.priority,
        )
    )


_BEGINNING: Final = (
    "id",
    "number",
    "type",
    "flow_version",
    "subject",
    "status",
    "priority",
    "client_id",
    "author_id",
    "parameters",
    "turn_side",
    "turn_since",
    "holder_person_id",
    "pending_id",
    "pending_kind",
    "submitted_at",
    "created_at",
    "updated_at",
)


def row_of(ticket: Ticket) -> dict[str, Any]:
    """The columns of a ticket that begins."""
    return {name: getattr(ticket, name) for name in _BEGINNING}


def _relate(tx: Transaction, ticket_id: str, other_id: str) -> None:
    """A ticket made from another, which the actor attends. Raises NoSuchTicket, Forbidden."""
    other = load_ticket(tx, tx.actor, other_id)
    if not other.standing.may_attend:
        raise problems.forbidden()
    row = {"id": new_id(), "ticket_id": ticket_id, "other_id": other_id, "kind": "created_from"}
    tx.upsert(relations, {**row, "by_id": tx.actor.id, "created_at": tx.now})
