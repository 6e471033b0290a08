"""What each event makes this service do: forget deleted tickets' files, keep its replicas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from services.attachments import commands
from shared import people
from shared.contracts import Event
from shared.contracts.ticket import Deleted, Erased
from shared.contracts.workflow import TypeChanged
from shared.transaction import Transaction

Handler = Callable[[Transaction, Event], None]


def on_deleted(tx: Transaction, event: Event) -> None:
    """A deleted ticket's files go."""
    commands.remove_all(tx, tx.actor, cast(Deleted, event))


def on_erased(tx: Transaction, event: Event) -> None:
    """The files of a ticket whose client was erased go."""
    commands.remove_erased(tx, tx.actor, cast(Erased, event))


def on_type_changed(tx: Transaction, event: Event) -> None:
    """Keep which files a type takes."""
    assert tx.cause is not None
    commands.keep_type(tx, tx.actor, cast(TypeChanged, event), tx.cause.sequence)


HANDLERS: Final[dict[str, Handler]] = {
    **people.HANDLERS,
    Deleted.name: on_deleted,
    Erased.name: on_erased,
    TypeChanged.name: on_type_changed,
}
DISCARDED: Final[dict[str, Handler]] = {}
RETRY_ONLY: Final[frozenset[str]] = frozenset()
