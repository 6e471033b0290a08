"""What a rule of this service refuses, each with its problem type and a sentence that says what to do."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from services.ticket.rules.ticket import Ticket
from shared.errors import Conflict, Forbidden, Invalid, Message, NotFound


class NoSuchTicket(NotFound):
    """Not there, or not for this actor to see."""

    type = "ticket-not-found"


class NotYourTurn(Conflict):
    """Somebody else has the turn; the sentence says who."""

    type = "not-your-turn"


class ReadOnly(Conflict):
    """The ticket ended: it is read, not changed."""

    type = "read-only"


class OperationPending(Conflict):
    """One operation at a time: the one before has not been answered yet."""

    type = "operation-pending"


class AlreadyTaken(Conflict):
    """Two take at once: one gets it, the other is told who."""

    type = "already-taken"


class TypeNotYours(Forbidden):
    """Only types that the client's kind and profile allow."""

    type = "type-not-yours"


class TypeRetired(Conflict):
    """The type takes no new tickets."""

    type = "type-retired"


NO_MODULE = "You have no access to tickets. Ask an administrator for the permission"
NOT_ALLOWED = "You may not do this with this ticket"


def no_such_ticket() -> NoSuchTicket:
    """404: what one may not see looks like what is not there."""
    return NoSuchTicket("There is no such ticket")


def forbidden(message: str = NOT_ALLOWED, *, type: str = "forbidden") -> Forbidden:
    """403: how one stands to the ticket, or one's profile, never allows it in this state of theirs."""
    return Forbidden(message, type=type)


def pending(ticket: Ticket) -> OperationPending:
    """409: another operation is being carried out."""
    return OperationPending(
        "This ticket is being changed right now. Wait a moment and look again",
        extra={"pending": {"id": ticket.pending_id, "kind": ticket.pending_kind}},
    )


def ended(ticket: Ticket) -> ReadOnly:
    """409: nothing changes any more."""
    messages = {
        "concluded": "This ticket is concluded: it can be read, not changed",
        "cancelled": "This ticket is cancelled: it can be read, not changed",
    }
    return ReadOnly(messages.get(ticket.status, "This ticket is gone"), extra=_turn(ticket, None))


def not_in_flow() -> Conflict:
    """409: a draft meets nobody but its author."""
    return Conflict("This ticket is a draft: submit it first", type="draft")


def not_a_draft() -> Conflict:
    """409: it was submitted before."""
    return Conflict("This ticket was submitted already", type="not-a-draft")


def not_your_turn(ticket: Ticket, holder: str, time_zone: str) -> NotYourTurn:
    """409 with a sentence that says whose turn it is; instants are the reader's, in `time_zone`."""
    if ticket.pending_kind == "submit":
        return NotYourTurn("This ticket is on its way to who will attend it", extra=_turn(ticket, None))
    if ticket.turn_side == "nobody":
        return _nobodys_turn(ticket, time_zone)
    if ticket.turn_side == "client":
        return NotYourTurn("It is the client's turn now: %(holder)s", extra=_turn(ticket, holder), holder=holder)
    if ticket.turn_side == "third_party":
        return NotYourTurn(
            "This ticket waits for a third party. %(holder)s follows it up", extra=_turn(ticket, holder), holder=holder
        )
    if ticket.is_queued:
        return NotYourTurn("Queue %(holder)s holds this ticket now", extra=_turn(ticket, holder), holder=holder)
    return NotYourTurn("It is %(holder)s's turn now", extra=_turn(ticket, holder), holder=holder)


def already_taken(holder: str) -> AlreadyTaken:
    """409: somebody was faster."""
    return AlreadyTaken("%(holder)s has already taken this ticket", holder=holder)


def being_taken(taker: str) -> AlreadyTaken:
    """409: somebody was faster by so little that the flow has not answered them yet."""
    return AlreadyTaken("%(taker)s is taking this ticket right now", taker=taker)


def conflict(type: str, message: str, **values: Any) -> Conflict:
    """409 of another kind."""
    return Conflict(message, type=type, **values)


def invalid(field: str, message: str, **values: Any) -> Invalid:
    """422 about one field."""
    return invalid_fields({field: [Message(message, values)]})


def invalid_fields(fields: dict[str, list[Message]]) -> Invalid:
    """422 that names each wrong field."""
    return Invalid("Some fields need your attention", fields=fields)


def not_rated() -> NotFound:
    """404: nobody rated it yet."""
    return NotFound("This ticket was not rated yet")


def refusal(type: str, message: str, values: dict[str, Any]) -> Conflict:
    """409: the flow's late refusal of an operation."""
    return Conflict(message, type=type, **values)


def _turn(ticket: Ticket, holder: str | None) -> dict[str, Any]:
    return {"turn": {"side": ticket.turn_side, "holder": holder}}


def _nobodys_turn(ticket: Ticket, time_zone: str) -> NotYourTurn:
    if ticket.scheduled_until is None:
        return NotYourTurn("It is nobody's turn now", extra=_turn(ticket, None))
    until = ticket.scheduled_until.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M")
    return NotYourTurn("It is nobody's turn until %(until)s", extra=_turn(ticket, None), until=until)
