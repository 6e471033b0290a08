"""The verb that puts a draft into the flow, judged by the version that is current now."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from services.ticket.access.definitions import definition
from services.ticket.access.loading import load_ticket
from services.ticket.commands import filling
from services.ticket.commands.asking import permit
from services.ticket.commands.opening import HOUSE_ZONE, ask_flow, submission, zone
from services.ticket.models import people, published, tickets, types
from services.ticket.rules import opening, problems
from services.ticket.rules.answers import TicketShown
from services.ticket.rules.reading import Reading
from services.ticket.rules.viewing import shown
from shared.database import Id, compiled
from shared.errors import Forbidden
from shared.transaction import Transaction

_CURRENT: Final = compiled(
    select(
        types.c.opened_by,
        types.c.is_retired,
        published.c.version,
        people.c.kind,
        people.c.profiles,
        people.c.guardians,
        zone,
    )
    .select_from(types.join(published, published.c.type == types.c.code))
    .where(types.c.code == bindparam("type"), people.c.id == bindparam("client_id", type_=Id()))
)


def submit(tx: Transaction, ticket_id: str) -> TicketShown:
    """Ask the flow to take a draft. Raises Conflict where it is none, Forbidden, Invalid (what it still lacks)."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    current = _load_current(tx, reading)
    if (refusal := _not_theirs(tx, reading, current)) is not None:
        tx.in_order(forbidden=refusal)
    permit(tx, reading, "submit")
    if current.is_retired:
        raise problems.conflict("type-retired", "This type takes no new tickets")
    judged = msgspec.structs.replace(reading, definition=definition(tx, reading.ticket.type, current.version))
    again = opening.to_judge_again(judged.definition, judged.ticket.parameters)
    judged, _ = filling.fill(tx, judged, again, time_zone=current.time_zone or HOUSE_ZONE)
    judged = judged.changed(flow_version=current.version)
    if lacking := opening.lacking(judged):
        raise problems.invalid_fields(lacking)
    return shown(_accepted(tx, judged))


def _load_current(tx: Transaction, reading: Reading) -> Any:
    ticket = reading.ticket
    row = tx.one(_CURRENT, type=ticket.type, client_id=ticket.client_id)
    if row is None:
        tx.miss("type", ticket.type)
        raise problems.invalid("type", "There is no type %(type)s", type=ticket.type)
    return row


def _not_theirs(tx: Transaction, reading: Reading, current: Any) -> Forbidden | None:
    refusal = opening.may_open_for(tx.actor, reading.ticket.client_id, current.guardians)
    return refusal or opening.may_be_opened_by(current.opened_by, current.kind, current.profiles)


_CHANGED: Final = (
    "flow_version",
    "parameters",
    "status",
    "turn_side",
    "turn_since",
    "holder_person_id",
    "pending_id",
    "pending_kind",
    "submitted_at",
    "updated_at",
)


def _accepted(tx: Transaction, judged: Reading) -> Reading:
    operation_id, submitted = submission(tx, judged)
    ticket = submitted.ticket
    tx.change(tickets, ticket.id, {name: getattr(ticket, name) for name in _CHANGED}, version=ticket.version)
    ask_flow(tx, submitted, operation_id)
    tx.audit("ticket", ticket.id, "submit", {"operation_id": operation_id, "type": ticket.type})
    return submitted.changed(version=ticket.version + 1)
