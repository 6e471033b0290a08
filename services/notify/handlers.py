"""What each event makes this service do: keep its replicas, and tell people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from services.notify import commands
from shared import people
from shared.contracts import Event
from shared.contracts import ticket as t
from shared.contracts import workflow as w
from shared.contracts.attachments import AttachmentRejected, AttachmentRemoved, AttachmentStored
from shared.contracts.every import InboxParked
from shared.contracts.identity import LinkMade
from shared.transaction import Transaction

Handler = Callable[[Transaction, Event], None]


def on_told(tx: Transaction, event: Event) -> None:
    """Tell whom the event concerns."""
    commands.tell(tx, tx.actor, event)


def on_shown(tx: Transaction, event: Event) -> None:
    """Nobody is told, but webhooks and the screens that show the ticket hear of it."""
    commands.show(tx, tx.actor, event)


def on_submit_requested(tx: Transaction, event: Event) -> None:
    """Keep what the words about a ticket need."""
    commands.record_ticket(tx, tx.actor, cast(t.SubmitRequested, event), _sequence(tx))
    commands.tell_webhooks(tx, tx.actor, event)


def on_subject_changed(tx: Transaction, event: Event) -> None:
    """Keep the new subject."""
    commands.record_subject(tx, tx.actor, cast(t.SubjectChanged, event), _sequence(tx))
    commands.show(tx, tx.actor, event)


def on_deleted(tx: Transaction, event: Event) -> None:
    """Forget a deleted ticket's words."""
    commands.erase_ticket(tx, tx.actor, cast(t.Deleted, event))
    commands.show(tx, tx.actor, event)


def on_erased(tx: Transaction, event: Event) -> None:
    """Forget the words of a ticket whose client was erased."""
    commands.forget_words(tx, tx.actor, cast(t.Erased, event))
    commands.show(tx, tx.actor, event)


def on_due_changed(tx: Transaction, event: Event) -> None:
    """Keep the deadline."""
    commands.record_due(tx, tx.actor, cast(w.DueChanged, event))
    commands.show(tx, tx.actor, event)


def on_queue_changed(tx: Transaction, event: Event) -> None:
    """Keep a queue's members."""
    commands.record_queue(tx, tx.actor, cast(w.QueueChanged, event), _sequence(tx))
    commands.tell_webhooks(tx, tx.actor, event)


def on_type_changed(tx: Transaction, event: Event) -> None:
    """Keep a type's names."""
    commands.record_type(tx, tx.actor, cast(w.TypeChanged, event), _sequence(tx))
    commands.tell_webhooks(tx, tx.actor, event)


def on_setting_changed(tx: Transaction, event: Event) -> None:
    """Keep a setting."""
    commands.record_setting(tx, tx.actor, cast(w.SettingChanged, event), _sequence(tx))
    commands.tell_webhooks(tx, tx.actor, event)


def on_link_made(tx: Transaction, event: Event) -> None:
    """Send a one-time link to whom it is for."""
    commands.send_link(tx, tx.actor, cast(LinkMade, event))


def _sequence(tx: Transaction) -> int:
    assert tx.cause is not None
    return tx.cause.sequence


HANDLERS: Final[dict[str, Handler]] = {
    **people.HANDLERS,
    t.SubmitRequested.name: on_submit_requested,
    t.SubjectChanged.name: on_subject_changed,
    t.Deleted.name: on_deleted,
    t.Erased.name: on_erased,
    t.Commented.name: on_told,
    t.ParametersChanged.name: on_shown,
    t.PriorityChanged.name: on_shown,
    t.Related.name: on_shown,
    t.TimeLogged.name: on_shown,
    t.UnderstandingWritten.name: on_shown,
    t.Cancelled.name: on_shown,
    t.Rated.name: on_told,
    t.Shared.name: on_told,
    w.StageEntered.name: on_told,
    w.Reassigned.name: on_told,
    w.Finished.name: on_told,
    w.Refused.name: on_told,
    w.DeadlineNear.name: on_told,
    w.DeadlineMissed.name: on_told,
    w.DecisionRecorded.name: on_shown,
    w.Migrated.name: on_shown,
    w.DueChanged.name: on_due_changed,
    w.QueueChanged.name: on_queue_changed,
    w.TypeChanged.name: on_type_changed,
    w.SettingChanged.name: on_setting_changed,
    AttachmentRejected.name: on_told,
    AttachmentStored.name: on_shown,
    AttachmentRemoved.name: on_shown,
    InboxParked.name: on_told,
    LinkMade.name: on_link_made,
}
DISCARDED: Final[dict[str, Handler]] = {}
RETRY_ONLY: Final[frozenset[str]] = frozenset()
