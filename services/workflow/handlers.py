"""The events that this service hears, each handled by one verb, and what discarding a parked one does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from services.workflow.commands import holders
from services.workflow.commands.forgetting import forget_ticket
from services.workflow.commands.operate import operate, refuse, start_flow
from shared.contracts import Event
from shared.contracts import ticket as asked
from shared.contracts.identity import PersonChanged, ProfileChanged
from shared.transaction import Transaction

Handler = Callable[[Transaction, Event], None]


def on_submit_requested(tx: Transaction, event: Event) -> None:
    """A submission: its flow starts, or it is refused."""
    start_flow(tx, cast(asked.SubmitRequested, event))


def on_operation_requested(tx: Transaction, event: Event) -> None:
    """An operation on a flow that began: answered once."""
    operate(tx, event)


def on_deleted(tx: Transaction, event: Event) -> None:
    """A ticket was deleted."""
    forget_ticket(tx, event.aggregate_id)


def on_person_changed(tx: Transaction, event: Event) -> None:
    """Somebody changed."""
    holders.record_person(tx, cast(PersonChanged, event))


def on_profile_changed(tx: Transaction, event: Event) -> None:
    """A profile changed."""
    holders.record_profile(tx, cast(ProfileChanged, event))


def instead_of_operation(tx: Transaction, event: Event) -> None:
    """An operation that an administrator discarded: refused."""
    refuse(tx, event)


OPERATIONS: Final = (
    asked.AdvanceRequested,
    asked.DecisionRequested,
    asked.TransferRequested,
    asked.TakeRequested,
    asked.ScheduleRequested,
    asked.WaitRequested,
    asked.ResumeRequested,
    asked.CancelRequested,
    asked.ReopenRequested,
)
HANDLERS: Final[dict[str, Handler]] = {
    asked.SubmitRequested.name: on_submit_requested,
    **{event.name: on_operation_requested for event in OPERATIONS},
    asked.Deleted.name: on_deleted,
    PersonChanged.name: on_person_changed,
    ProfileChanged.name: on_profile_changed,
}
DISCARDED: Final[dict[str, Handler]] = {
    event.name: instead_of_operation for event in (asked.SubmitRequested, *OPERATIONS)
}
RETRY_ONLY: Final[frozenset[str]] = frozenset()
