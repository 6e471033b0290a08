"""What is answered, as frozen dataclasses whose fields are the names on the wire. `schemas` documents them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shared.errors import Conflict, Message, VezError


@dataclass(frozen=True, slots=True)
class Named:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class StageNamed:
    code: str
    name: str
    kind: str
    approves: str | None = None


@dataclass(frozen=True, slots=True)
class PersonNamed:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class HolderNamed:
    """A person, or a queue (`id` is its code) while a queue holds."""

    id: str
    name: str
    queue: bool = False


@dataclass(frozen=True, slots=True)
class TurnShown:
    side: str
    holder: HolderNamed | None
    party: str | None
    since: datetime
    ordinal: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingShown:
    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class OptionShown:
    code: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShown:
    """A table's column."""

    code: str
    kind: str
    label: str
    help: str = ""
    required: bool = False
    options: list[OptionShown] = field(default_factory=list)
    pattern: str | None = None
    min: int | str | None = None
    max: int | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    currency: str | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """A parameter as the reader may see and fill it now."""

    code: str
    kind: str
    label: str
    access: str
    help: str = ""
    options: list[OptionShown] = field(default_factory=list)
    columns: list[ColumnShown] = field(default_factory=list)
    pattern: str | None = None
    min: int | str | None = None
    max: int | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    currency: str | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a transition cannot be taken yet: about one parameter (`field`), or about the ticket."""

    field: str | None
    reason: Message


@dataclass(frozen=True, slots=True)
class TransitionShown:
    code: str
    name: str
    comment: str
    blocked: list[Blocked]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLine:
    """A ticket in a list. `side`: as client or as attendant its reader sees it."""

    id: str
    number: str
    side: str
    group: Named
    type: Named
    flow_version: int
    subject: str
    status: str
    priority: str
    client: PersonNamed
    stage: StageNamed | None
    turn: TurnShown
    actions: list[str]
    pending: PendingShown | None
    due_at: datetime | None
    near_at: datetime | None
    reopen_until: datetime | None
    rating: int | None
    duplicate_of: str | None
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    ended_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Spell:
    """A turn of the ledger, as short as a list's row needs it."""

    side: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedLine(TicketLine):
    """A ticket in a list, with whose turn it has been so far."""

    turns: list[Spell]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketShown(TicketLine):
    """A ticket, whole."""

    description: str
    parameters: dict[str, Any]
    fields: list[FieldShown]
    transitions: list[TransitionShown]


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one of many decisions."""

    ticket_id: str
    ticket: TicketShown | None
    refusal: VezError | None


@dataclass(frozen=True, slots=True)
class OperationShown:
    """An accepted command; `refusal` is a refused one's reason (on the wire `problem`, in the reader's language)."""

    id: str
    kind: str
    state: str
    refusal: Conflict | None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    stage: Named
    entered_at: datetime
    left_at: datetime | None
    by: PersonNamed | None
    transition: str | None
    transition_name: str | None
    comment: str | None
    holder_before: HolderNamed | None
    holder_after: HolderNamed | None
    side: str
    seconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class TurnRow:
    ordinal: int
    side: str
    holder: HolderNamed | None
    stage: Named | None
    party: str | None
    since: datetime
    until: datetime | None
    cause: str
    by: PersonNamed | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ClockShown:
    """For how long each side has had the turn since the first stage, and the present deadline."""

    seconds: dict[str, float]
    due_at: datetime | None
    near_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageShown:
    id: str
    author: PersonNamed
    body: str
    visibility: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UnderstandingShown:
    id: str
    version: int
    body: str
    due_on: date | None
    author: PersonNamed
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionShown:
    id: str
    by: PersonNamed
    outcome: str
    reason: str | None
    evidence: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class TicketNamed:
    id: str
    number: str
    subject: str
    status: str


@dataclass(frozen=True, slots=True)
class RelationShown:
    """`kind` is told from the ticket asked about: `origin_of` one made from it, `repeated_by` its duplicate."""

    id: str
    kind: str
    ticket: TicketNamed
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ShareShown:
    id: str
    person: PersonNamed
    by: PersonNamed
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TimeEntryShown:
    id: str
    person: PersonNamed
    worked_on: date
    minutes: int
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RatingShown:
    score: int
    comment: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateShown:
    """A half-written ticket: the type's own (`id` is null, `code` is its code) or the reader's own."""

    id: str | None
    code: str | None
    type: Named
    name: str
    subject: str
    description: str
    parameters: dict[str, Any]
    version: int
