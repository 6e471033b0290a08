"""What the rules are given: people, tickets and queues as this service knows them, and what is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

Channel = Literal["in_app", "mail", "webhook", "chat"]
ATTENDED: Final = ("attendant", "third_party")
"""Sides on which an attendant holds the turn: for third parties, who do not sign in, too."""
State = Literal["queued", "sent", "failed", "suppressed", "parked"]
Role = Literal["client", "attendant", "administrator"]
"""As what somebody is told: for the client's side, for the attendants', or as who looks after the house."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when to when (minutes after midnight, in the person's time zone) no mail is wanted; may pass midnight."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person chose. `off` holds `kind:channel` that they switched off, `*:mail` all mail.

    `asked`: `kind:channel` that they want even where the house withholds it.
    """

    off: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    quiet: QuietHours | None = None
    digest_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the replica has them; `mail` false: told in-app only. `undeliverable`: why their address is dead.

    `kind`: what kind of client they are, null for staff.
    """

    id: str
    name: str
    email: str | None = None
    kind: str | None = None
    language: str = "pt-BR"
    time_zone: str = "America/Sao_Paulo"
    mail: bool = True
    is_active: bool = True
    machine: bool = False
    absent: bool = False
    substitute_id: str | None = None
    superior_id: str | None = None
    guardians: tuple[str, ...] = ()
    undeliverable: str | None = None
    preferences: Preferences = Preferences()


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: its names by language, and the ids of its members."""

    code: str
    names: Mapping[str, str] = field(default_factory=dict)
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as far as telling people needs it. The holder is a person's id or a queue's code, null for nobody.

    `last_queue`: the queue that has it, or had it before a person took it; `last_attendant_id`: who holds it for the
    attendants, or held it last.
    """

    id: str
    number: str
    subject: str
    client_id: str
    side: str | None = None
    holder_id: str | None = None
    holder_queue: str | None = None
    last_queue: str | None = None
    last_attendant_id: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hearing:
    """A chat room that may be told: of which kinds, and of which queue's tickets (null: of all)."""

    id: str
    kinds: tuple[str, ...]
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody whom an event may concern: the ticket, its queue, the administrators and every person by id.

    `withheld`: `kind:role:channel` that the house withholds.
    """

    ticket: Ticket | None = None
    queue: Queue | None = None
    administrators: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()
    chat_rooms: tuple[Hearing, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Telling:
    """One person is told one kind of thing about an event, in the role in which the event concerns them."""

    person_id: str
    kind: str
    role: Role


@dataclass(frozen=True, slots=True)
class Notice:
    """An event as it is told: the facts that its words need. One for all of its recipients."""

    event_id: str
    name: str
    ticket_id: str | None
    by: str
    occurred_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the ledger to be: how one telling fares on one channel."""

    person_id: str
    kind: str
    channel: Channel
    state: State
    reason: str | None = None
    next_try_at: datetime | None = None
