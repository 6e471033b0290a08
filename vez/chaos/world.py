"""What the checker judges: rows of every database, the mail that was taken, and the history of calls. Plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from vez.chaos.history import Call

TYPE: Final = "drill"
"""The type of ticket that a drill walks; others are of the demonstration."""


@dataclass(frozen=True, slots=True)
class Event:
    """An outbox row."""

    id: str
    name: str
    aggregate_id: str
    sequence: int
    actor_id: str = ""
    is_sent: bool = True
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """The first word of its name."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Received:
    """An inbox row."""

    id: str
    name: str
    aggregate_id: str
    sequence: int
    state: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """What every service has: what it said, what it heard, how far it got, and what no handler could be given."""

    said: Sequence[Event] = ()
    heard: Sequence[Received] = ()
    applied: Mapping[tuple[str, str], int] = field(default_factory=dict)
    dead_letters: Sequence[str] = ()
    handles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer that is kept under an Idempotency-Key."""

    person_id: str
    path: str
    key: str
    operation_id: str | None
    made_id: str | None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket's row in the ticket service."""

    id: str
    subject: str
    status: str
    stage: str | None
    side: str
    ordinal: int
    since: datetime
    holder: str | None
    pending: str | None
    history_count: int


@dataclass(frozen=True, slots=True)
class Turn:
    """An entry of the ledger. `holder`: a person's id, or queue:CODE."""

    ticket_id: str
    ordinal: int
    since: datetime
    side: str
    holder: str | None
    stage: str | None
    cause: str
    operation_id: str | None


@dataclass(frozen=True, slots=True)
class Entered:
    """A row of the stage history."""

    ticket_id: str
    position: int
    stage: str
    transition: str | None
    operation_id: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """A command whose outcome the flow decides."""

    id: str
    ticket_id: str
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow's row in the workflow service. `next_at`: when time next does something in it."""

    ticket_id: str
    type: str
    version: int
    state: str
    stage: str | None
    side: str
    ordinal: int
    since: datetime
    holder: str | None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the delivery ledger."""

    id: str
    event_id: str
    recipient_id: str
    channel: str
    state: str


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook, and the events that it hears of."""

    id: str
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Called:
    """A message that a webhook's receiver took: the id of the delivery that it is, and of the event that it brought."""

    delivery_id: str
    event_id: str


@dataclass(frozen=True, slots=True)
class File:
    """An attachment's row. `is_whole`: the object store has its content, with its hash; None where it has none."""

    id: str
    ticket_id: str
    state: str
    is_removed: bool = False
    is_whole: bool | None = None


Transitions = Mapping[tuple[str, str], str]
"""(stage, transition) → the stage that it leads to."""


@dataclass(frozen=True, slots=True)
class Published:
    """A version's flow as a graph."""

    first: str
    transitions: Transitions
    terminal: frozenset[str]


@dataclass(frozen=True, slots=True)
class World:
    """All of it. `calls` is None where the history is not known; `now` is the instant by the system's own clock.

    `repeats`, `hook_repeats`: how many e-mails, and messages of webhooks, may be there once more.
    """

    calls: Sequence[Call] | None = None
    now: datetime | None = None
    services: Mapping[str, Service] = field(default_factory=dict)
    stored: Sequence[Stored] = ()
    tickets: Sequence[Ticket] = ()
    turns: Sequence[Turn] = ()
    entered: Sequence[Entered] = ()
    operations: Sequence[Operation] = ()
    messages: Sequence[tuple[str, str]] = ()
    ratings: Sequence[str] = ()
    flows: Sequence[Flow] = ()
    clock_turns: Sequence[tuple[str, int, datetime, str]] = ()
    published: Mapping[tuple[str, int], Published] = field(default_factory=dict)
    deliveries: Sequence[Delivery] = ()
    files: Sequence[File] = ()
    shown_files: Sequence[str] = ()
    mail: Sequence[str] = ()
    hooks: Sequence[Hook] = ()
    called: Sequence[Called] = ()
    broken_chains: Sequence[str] = ()
    repeats: int = 0
    hook_repeats: int = 0


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was broken: which, and by what."""

    rule: str
    what: str
