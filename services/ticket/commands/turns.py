"""Verbs that change the turn inside a stage: transfer, take, schedule, wait, resume."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from services.ticket.access.loading import load_ticket
from services.ticket.commands.asking import permit, request
from services.ticket.commands.naming import load_person
from services.ticket.models import operations, people, queues
from services.ticket.rules import problems
from services.ticket.rules.answers import TicketShown
from services.ticket.rules.viewing import shown
from shared.contracts.ticket import ResumeRequested, ScheduleRequested, TakeRequested, TransferRequested, WaitRequested
from shared.database import Id, compiled
from shared.transaction import Transaction

QUEUE_PREFIX: Final = "queue:"
_QUEUE: Final = compiled(select(queues.c.code, queues.c.is_retired).where(queues.c.code == bindparam("code")))

_ASKED_BY: Final = compiled(
    select(people.c.display_name)
    .select_from(operations.join(people, people.c.id == operations.c.by_id))
    .where(operations.c.id == bindparam("id", type_=Id()))
)


@dataclass(frozen=True, slots=True)
class Target:
    """To whom a ticket is passed: a person, or a queue."""

    person_id: str | None = None
    queue: str | None = None


def transfer(tx: Transaction, ticket_id: str, *, to: str, reason: str) -> TicketShown:
    """Pass the ticket to another attendant or to a queue. Raises NotYourTurn, Conflict, Invalid."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "transfer")
    target = _target(tx, to)
    ticket = reading.ticket
    if target == Target(ticket.holder_person_id, ticket.holder_queue):
        raise problems.invalid("to", "%(holder)s holds this ticket already", holder=reading.holder_name)
    any_turn = ticket.holder_person_id != tx.actor.id
    details = {"to_person_id": target.person_id, "to_queue": target.queue, "comment": reason}
    asking = {"to_person_id": target.person_id, "to_queue": target.queue, "any_turn": any_turn}
    return shown(request(tx, reading, "transfer", TransferRequested, details, **asking))


def take(tx: Transaction, ticket_id: str) -> TicketShown:
    """Take a ticket that a queue of the actor's holds. Raises AlreadyTaken, which says who was faster."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    try:
        permit(tx, reading, "take")
    except problems.OperationPending as refusal:
        if reading.ticket.pending_kind != "take":
            raise
        raise problems.being_taken(tx.scalar(_ASKED_BY, id=reading.ticket.pending_id) or "") from refusal
    return shown(request(tx, reading, "take", TakeRequested, {}))


def schedule(tx: Transaction, ticket_id: str, *, until: datetime, reason: str) -> TicketShown:
    """Nobody's turn until an instant, then the actor's again. Raises NotYourTurn, Invalid."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "schedule")
    if until <= tx.now:
        raise problems.invalid("until", "This must lie ahead")
    details = {"until": until, "comment": reason}
    return shown(request(tx, reading, "schedule", ScheduleRequested, details, until=until))


def wait(tx: Transaction, ticket_id: str, *, party: str, reason: str) -> TicketShown:
    """Wait for a third party, whom the actor follows up. Raises NotYourTurn."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "wait")
    details = {"party": party, "comment": reason}
    return shown(request(tx, reading, "wait", WaitRequested, details, party=party))


def resume(tx: Transaction, ticket_id: str) -> TicketShown:
    """End a wait, or a schedule before its time. Raises NotYourTurn, Conflict."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "resume")
    return shown(request(tx, reading, "resume", ResumeRequested, {}))


def _target(tx: Transaction, to: str) -> Target:
    """Whom `to` names: `queue:CODE`, an e-mail, or a person's id. Raises Invalid, Missing."""
    if to.startswith(QUEUE_PREFIX):
        return Target(queue=_queue(tx, to.removeprefix(QUEUE_PREFIX)))
    person = load_person(tx, "to", to)
    if not person.may("ticket.attend"):
        raise problems.invalid("to", "%(person)s cannot attend tickets now", person=person.name)
    return Target(person_id=person.id)


def _queue(tx: Transaction, code: str) -> str:
    row = tx.one(_QUEUE, code=code)
    if row is None:
        tx.miss("queue", code)
    if row is None or row.is_retired:
        raise problems.invalid("to", "There is no queue %(queue)s", queue=code)
    return code
