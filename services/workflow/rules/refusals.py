"""Why workflow refuses an operation: the closed list, each with its problem type and its text (a translation key)."""

from __future__ import annotations

from typing import Any, Final

TEXTS: Final[dict[str, str]] = {
    "not-your-turn-any-more": "The turn that you saw is over. Look at the ticket again",
    "not-your-turn": "It is not your turn",
    "already-taken": "%(holder)s has already taken this ticket",
    "take-first": "A queue holds this ticket: take it before you advance it",
    "unknown-transition": "This stage has no transition %(transition)s",
    "condition-not-met": "The condition of transition %(transition)s does not hold",
    "needs-decision": "This stage asks for a decision: approve or reject it",
    "not-an-approval": "This stage asks for no decision",
    "not-an-approver": "Your decision is not asked here",
    "already-voted": "You have already decided here",
    "cannot-attend": "%(person)s cannot attend tickets now",
    "unknown-queue": "There is no queue %(queue)s",
    "queue-has-nobody": "Nobody in queue %(queue)s can attend tickets now",
    "not-a-member": "You are not a member of the queue that holds this ticket",
    "not-in-a-queue": "No queue holds this ticket: there is nothing to take",
    "already-held": "%(holder)s holds this ticket already",
    "not-transferable": "In an approval, and on the client's turn, a ticket is not passed on",
    "not-running": "This ticket is not in its flow",
    "already-running": "This ticket is in its flow already",
    "type-not-published": "Version %(version)s of type %(code)s was never published",
    "type-retired": "Type %(code)s takes no new tickets",
    "not-the-clients-turn": "A ticket is cancelled only on the client's turn",
    "time-has-passed": "The time to come back must lie ahead",
    "waiting": "This ticket waits: resume it first",
    "nothing-to-resume": "This ticket does not wait",
    "cannot-wait": "Only on an attendants' stage can a ticket wait for somebody",
    "cannot-schedule": "Only who holds a ticket for the attendants can schedule it",
    "cannot-reopen": "This ticket cannot be reopened",
    "reopening-over": "The time in which this ticket could be reopened is over",
    "discarded": "An administrator discarded this operation. Try it again",
}


class Refusal(Exception):
    """A rule refuses an operation. Rules raise it, the command answers it with flow.refused."""

    def __init__(self, type: str, /, **values: Any) -> None:
        super().__init__(TEXTS[type] % values if values else TEXTS[type])
        self.type = type
        self.message = TEXTS[type]
        self.values = values
