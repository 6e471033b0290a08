"""The events that this service hears, each handled by one verb. What the flow said can be retried, never discarded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from services.ticket.commands import recording, replicating
from shared import people
from shared.contracts import Event, attachments, workflow
from shared.transaction import Transaction

Handler = Callable[[Transaction, Event], None]
Verb = Callable[[Transaction, Any], None]
Numbered = Callable[[Transaction, Any, int], None]


def plain(verb: Verb) -> Handler:
    """A handler that calls a verb with the event."""

    def handle(tx: Transaction, event: Event) -> None:
        verb(tx, event)

    return handle


def numbered(verb: Numbered) -> Handler:
    """A handler that calls a verb with the event and its number, by which the newest wins."""

    def handle(tx: Transaction, event: Event) -> None:
        assert tx.cause is not None
        verb(tx, event, tx.cause.sequence)

    return handle


FLOW: Final[dict[str, Handler]] = {
    workflow.StageEntered.name: plain(recording.record_stage),
    workflow.Reassigned.name: plain(recording.record_turn),
    workflow.DecisionRecorded.name: plain(recording.record_decision),
    workflow.Finished.name: plain(recording.record_end),
    workflow.Refused.name: plain(recording.record_refusal),
    workflow.Migrated.name: plain(recording.record_version),
    workflow.DueChanged.name: plain(recording.record_due),
}
HANDLERS: Final[dict[str, Handler]] = {
    **people.HANDLERS,
    **FLOW,
    workflow.CatalogPublished.name: numbered(replicating.keep_published),
    workflow.TypeChanged.name: numbered(replicating.keep_type),
    workflow.QueueChanged.name: numbered(replicating.keep_queue),
    workflow.SettingChanged.name: numbered(replicating.keep_setting),
    attachments.AttachmentStored.name: plain(replicating.keep_file),
    attachments.AttachmentRejected.name: plain(replicating.keep_rejected_file),
    attachments.AttachmentRemoved.name: plain(replicating.drop_file),
}
DISCARDED: Final[dict[str, Handler]] = {}
RETRY_ONLY: Final = frozenset(FLOW)
