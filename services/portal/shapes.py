"""What the services answer, as frozen dataclasses: only what the pages read; what they do not know is left out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Something that is named by a code: a group, a type, a stage."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage as a ticket shows it. `kind`: ordinary, approval or terminal; `approves`: understanding or result."""

    code: str
    name: str
    kind: str = "ordinary"
    approves: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody, as others see them."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has the turn: a person or, while `queue` is true, a queue."""

    id: str
    name: str = ""
    queue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose turn it is and since when; `until` is when a schedule ends."""

    side: str = "nobody"
    holder: Holder | None = None
    party: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An operation that the flow has not answered yet."""

    id: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Why a transition cannot be taken now: a field that is missing, or another reason (`field` null)."""

    field: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A transition that the stage allows. `comment`: required, optional or none."""

    code: str
    name: str
    comment: str = "optional"
    blocked: list[Blocked] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visible:
    """A parameter as the reader's side may see it now. `access`: required, optional or read_only."""

    code: str
    kind: str = "text"
    label: str = ""
    access: str = "read_only"
    help: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """An entry of the turn ledger: who had the turn from when to when."""

    side: str
    since: datetime
    until: datetime | None = None
    holder: Holder | None = None
    stage: Coded | None = None
    party: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket, whole or as a list shows it."""

    id: str
    number: str
    group: Coded
    type: Coded
    flow_version: int | None = None
    subject: str = ""
    description: str = ""
    status: str = "open"
    priority: str = "normal"
    client: Person
    stage: Stage | None = None
    turn: Turn = field(default_factory=Turn)
    parameters: dict[str, Any] = field(default_factory=dict)
    fields: list[Visible] = field(default_factory=list)
    transitions: list[Move] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    pending: Pending | None = None
    due_at: datetime | None = None
    near_at: datetime | None = None
    reopen_until: datetime | None = None
    rating: int | None = None
    turns: list[Spell] = field(default_factory=list)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0

    @property
    def written(self) -> str:
        """What its author wrote, as a short mark: files that arrive raise the version and leave this as it is."""
        content = json.dumps([self.subject, self.description, self.parameters], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def may(self, action: str) -> bool:
        """Whether the reader may take `action` now."""
        return action in self.actions

    def may_take_out(self, file: Attachment) -> bool:
        """Whether the form of a draft lets the reader take a file out: one that answers a parameter stays its value."""
        return self.may("remove_file") and file.parameter is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A row of the stage history."""

    stage: Coded
    entered_at: datetime
    left_at: datetime | None = None
    by: Person | None = None
    transition: str | None = None
    transition_name: str | None = None
    comment: str | None = None
    holder_before: Holder | None = None
    holder_after: Holder | None = None
    side: str = "attendant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something said in a ticket's discussion."""

    id: str
    author: Person
    body: str
    created_at: datetime
    visibility: str = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What an attendant wrote that will be done."""

    id: str
    body: str
    author: Person
    created_at: datetime
    version: int = 1
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a ticket."""

    id: str
    name: str
    size: int = 0
    content_type: str = ""
    state: str = "stored"
    reason: str | None = None
    internal: bool = False
    has_thumbnail: bool = False
    parameter: str | None = None
    message_id: str | None = None
    created_at: datetime | None = None
    author: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The ticket that a notification is about."""

    id: str
    number: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What a person was told."""

    id: str
    title: str
    body: str = ""
    created_at: datetime
    event: str = ""
    ticket: About | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who is signed in, and what their profiles grant."""

    id: str
    name: str
    email: str | None = None
    kind: str | None = None
    profiles: list[str] = field(default_factory=list)
    permissions: list[str] = field(default_factory=list)
    language: str = "pt-BR"
    time_zone: str = "America/Sao_Paulo"
    mail: bool = True
    substitute: Person | None = None
    absent_from: date | None = None
    absent_until: date | None = None
    is_absent: bool = False
    version: int = 0

    def may(self, permission: str) -> bool:
        """Whether a profile grants `permission`."""
        return permission in self.permissions

    @property
    def attends(self) -> bool:
        """Whether the attendants' console is theirs."""
        return self.may("ticket.attend") or self.may("ticket.read_all")

    @property
    def administers(self) -> bool:
        """Whether any of the administrators' pages is theirs."""
        return any(self.may(each) for each in ADMINISTRATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One of a person's open sessions."""

    id: str
    address: str = ""
    agent: str = ""
    is_portal: bool = False
    is_current: bool = False
    created_at: datetime
    last_used_at: datetime


ADMINISTRATION = (
    "settings.change",
    "people.manage",
    "catalog.publish",
    "inbox.manage",
    "audit.read",
    "webhooks.manage",
    "reports.read",
)


def one(answer: Any, shape: type[Shape]) -> Shape:
    """The answer as `shape`."""
    return msgspec.convert(answer, shape, strict=False)


def several(answer: Any, shape: type[Shape]) -> list[Shape]:
    """The items of a list's answer, each as `shape`."""
    return msgspec.convert(answer["items"], list[shape], strict=False)  # type: ignore[valid-type]
