"""Who may do what, when: one page. Every way in asks it, and a ticket's `actions` are what it allows.

A rule says who may ever do it (else 403), in which statuses, whether a pending operation stands in the way, and whose
turn it must be (else 409). Source: domain page, *Life of a ticket*, *Whose turn* and *People and access*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

import msgspec

from services.ticket.rules import problems
from services.ticket.rules.ticket import ATTENDED, ENDED, Standing, Ticket
from shared.errors import VezError


class Case(msgspec.Struct, frozen=True):
    """What a rule judges: a ticket, the one who acts, the side of the ticket's stage by its flow, and when."""

    ticket: Ticket
    standing: Standing
    stage_side: str | None
    now: datetime
    holder: str = ""

    @property
    def actor_id(self) -> str:
        return self.standing.actor.id

    @property
    def is_held(self) -> bool:
        """The actor holds it in person, on the attendants' or a third party's turn."""
        mine = self.ticket.holder_person_id == self.actor_id
        return mine and self.ticket.turn_side in ATTENDED and self.standing.may_attend

    @property
    def is_clients(self) -> bool:
        """It is the client's turn, and the actor acts as the client."""
        return self.ticket.turn_side == "client" and self.standing.may_act_as_client

    @property
    def is_approval(self) -> bool:
        return self.ticket.stage_kind == "approval"

    @property
    def waits(self) -> bool:
        """A third party is waited for inside an attendants' stage."""
        return self.ticket.turn_side == "third_party" and self.stage_side != "third_party"


Who = Callable[[Case], bool]
Further = Callable[[Case], VezError | None]


def clients(case: Case) -> bool:
    return case.standing.may_act_as_client


def attendants(case: Case) -> bool:
    return case.standing.may_attend


def either(case: Case) -> bool:
    return clients(case) or attendants(case)


def authors(case: Case) -> bool:
    return case.standing.is_author and (case.standing.may("ticket.open") or case.standing.may("ticket.open_for"))


def everyone(case: Case) -> bool:
    return True


def granted(permission: str) -> Who:
    return lambda case: case.standing.may(permission)


def passers(case: Case) -> bool:
    return attendants(case) or (case.standing.attends and case.standing.may("ticket.transfer_any"))


def deciders(case: Case) -> bool:
    """Who is asked: the client on their turn, the approvers on the attendants'; who is not asked may not."""
    asked = case.ticket.turn_side != "attendant" or not case.is_approval or case.actor_id in case.ticket.approvers
    return clients(case) or (attendants(case) and asked)


def mine(case: Case) -> bool:
    return case.is_clients or case.is_held


def held(case: Case) -> bool:
    return case.is_held


def held_as_attendant(case: Case) -> bool:
    return case.is_held and case.ticket.turn_side == "attendant"


def held_in_stage(case: Case) -> bool:
    return case.is_held and not case.waits


def the_clients(case: Case) -> bool:
    return case.ticket.turn_side == "client"


def asked(case: Case) -> bool:
    return case.is_clients or (case.ticket.turn_side == "attendant" and case.actor_id in case.ticket.approvers)


def passable(case: Case) -> bool:
    return case.is_held or (case.ticket.turn_side in ATTENDED and case.standing.may("ticket.transfer_any"))


def queued(case: Case) -> bool:
    return case.ticket.turn_side in ATTENDED


def resumable(case: Case) -> bool:
    if case.ticket.scheduled_until is not None:
        return case.ticket.last_attendant_id == case.actor_id or case.standing.may("ticket.transfer_any")
    return case.is_held


def anybodys(case: Case) -> bool:
    return True


def nothing_further(case: Case) -> VezError | None:
    return None


def advancing(case: Case) -> VezError | None:
    if case.is_approval:
        return problems.conflict("needs-decision", "This stage asks for a decision: approve or reject it")
    if case.waits:
        return problems.conflict("waiting", "This ticket waits for a third party: resume it first")
    return None


def deciding(case: Case) -> VezError | None:
    return None if case.is_approval else problems.conflict("not-an-approval", "This stage asks for no decision")


def passing(case: Case) -> VezError | None:
    if case.is_approval:
        return problems.conflict("not-transferable", "In an approval a ticket is not passed on")
    return None


def taking(case: Case) -> VezError | None:
    if case.is_approval:
        return problems.conflict("not-takeable", "An approvers' queue is not taken: its members decide")
    if not case.ticket.is_queued:
        return problems.already_taken(case.holder)
    if case.ticket.holder_queue not in case.standing.queues:
        return problems.conflict("not-a-member", "You are not a member of queue %(queue)s", queue=case.holder)
    return None


def ordinary(case: Case) -> VezError | None:
    if case.is_approval:
        return problems.conflict("needs-decision", "This stage asks for a decision: approve or reject it")
    return None


def resuming(case: Case) -> VezError | None:
    if case.waits or case.ticket.scheduled_until is not None:
        return None
    return problems.conflict("nothing-to-resume", "This ticket does not wait")


def reopening(case: Case) -> VezError | None:
    if case.ticket.reopen_until is None:
        return problems.conflict("cannot-reopen", "Tickets of this type are not reopened")
    if case.now > case.ticket.reopen_until:
        return problems.conflict("reopening-over", "The time in which this ticket could be reopened is over")
    return None


def rating(case: Case) -> VezError | None:
    return None if case.ticket.rating is None else problems.conflict("already-rated", "This ticket was rated already")


@dataclass(frozen=True, slots=True)
class Rule:
    """One action: who may ever do it, in which statuses, on whose turn, and whether a pending operation stops it."""

    who: Who
    statuses: tuple[str, ...] = ("open",)
    turn: Who = anybodys
    further: Further = nothing_further
    goes_on: bool = False


RULES: Final[dict[str, Rule]] = {
    "edit": Rule(either, ("draft", "open"), turn=mine),
    "submit": Rule(authors, ("draft",)),
    "discard": Rule(authors, ("draft",)),
    "advance": Rule(either, turn=mine, further=advancing),
    "decide": Rule(deciders, turn=asked, further=deciding),
    "cancel": Rule(granted("ticket.cancel"), turn=the_clients),
    "delete": Rule(granted("ticket.delete"), ("cancelled",)),
    "transfer": Rule(passers, turn=passable, further=passing),
    "take": Rule(attendants, turn=queued, further=taking),
    "schedule": Rule(attendants, turn=held_in_stage, further=ordinary),
    "wait": Rule(attendants, turn=held_as_attendant, further=ordinary),
    "resume": Rule(passers, turn=resumable, further=resuming),
    "reopen": Rule(clients, ("concluded",), further=reopening),
    "rate": Rule(clients, ("concluded",), further=rating),
    "comment": Rule(everyone, goes_on=True),
    "note": Rule(attendants, goes_on=True),
    "attach": Rule(either, ("draft", "open"), goes_on=True),
    "remove_file": Rule(either, ("draft", "open"), turn=mine, further=ordinary),
    "write_understanding": Rule(attendants, turn=held, further=ordinary),
    "change_priority": Rule(attendants, turn=held),
    "relate": Rule(attendants),
    "share": Rule(either, turn=mine),
    "log_time": Rule(attendants),
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why an action is refused, as the order of checks needs it: never (403), or not now (409). Both None: allowed."""

    forbidden: VezError | None = None
    conflict: VezError | None = None

    @property
    def allows(self) -> bool:
        return self.forbidden is None and self.conflict is None


def judge(action: str, case: Case) -> Judgement:
    """Whether `action` may be taken in `case`."""
    rule = RULES[action]
    return Judgement(
        None if rule.who(case) else problems.forbidden(),
        _conflict(rule, case),
    )


def actions(case: Case) -> list[str]:
    """Every action that is allowed in `case`, in the order of the page."""
    possible = _possible(case.ticket.status, case.ticket.pending_id is not None)
    return [name for name, rule in possible if rule.turn(case) and rule.who(case) and rule.further(case) is None]


@cache
def _possible(status: str, is_pending: bool) -> tuple[tuple[str, Rule], ...]:
    """The rules that a ticket's status and its pending operation leave. Lists ask this of every row."""
    return tuple((n, r) for n, r in RULES.items() if status in r.statuses and (r.goes_on or not is_pending))


def _conflict(rule: Rule, case: Case) -> VezError | None:
    ticket = case.ticket
    if ticket.status not in rule.statuses:
        return _wrong_status(rule, ticket)
    if ticket.pending_id is not None and not rule.goes_on:
        return problems.pending(ticket)
    if not rule.turn(case):
        return _not_the_turn(case)
    return rule.further(case)


def _wrong_status(rule: Rule, ticket: Ticket) -> VezError:
    if ticket.status in ENDED and rule.statuses not in (("concluded",), ("cancelled",)):
        return problems.ended(ticket)
    if rule.statuses == ("draft",):
        return problems.not_a_draft()
    if rule.statuses == ("cancelled",):
        return problems.conflict("not-cancelled", "Only a cancelled ticket can be deleted")
    if rule.statuses == ("concluded",):
        return problems.conflict("not-concluded", "Only a concluded ticket can be rated or reopened")
    return problems.not_in_flow()


def _not_the_turn(case: Case) -> VezError:
    ticket = case.ticket
    is_mine_to_take = ticket.holder_queue in case.standing.queues and ticket.turn_side in ATTENDED
    if is_mine_to_take and not case.is_approval:
        return problems.conflict("take-first", "Queue %(queue)s holds this ticket: take it first", queue=case.holder)
    return problems.not_your_turn(ticket, case.holder, case.standing.actor.time_zone)
