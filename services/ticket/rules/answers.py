"""What is answered, as frozen structs whose fields are the names on the wire. `schemas` documents them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec

from shared.errors import Conflict, Message, VezError


class Named(msgspec.Struct, frozen=True):
    code: str
    name: str


class StageNamed(msgspec.Struct, frozen=True):
    code: str
    name: str
    kind: str
    approves: str | None = None


class PersonNamed(msgspec.Struct, frozen=True):
    id: str
    name: str


class HolderNamed(msgspec.Struct, frozen=True):
    """A person, or a queue (`id` is its code) while a queue holds."""

    id: str
    name: str
    queue: bool = False


class TurnShown(msgspec.Struct, frozen=True):
    side: str
    holder: HolderNamed | None
    party: str | None
    since: datetime
    ordinal: int
    until: datetime | None = None


class PendingShown(msgspec.Struct, frozen=True):
    id: str
    kind: str


class OptionShown(msgspec.Struct, frozen=True):
    code: str
    label: str


class ColumnShown(msgspec.Struct, frozen=True, kw_only=True):
    """A table's column."""

    code: str
    kind: str
    label: str
    help: str = ""
    required: bool = False
    options: list[OptionShown] = msgspec.field(default_factory=list)
    pattern: str | None = None
    min: int | str | None = None
    max: int | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    currency: str | None = None
    decimals: int | None = None


class FieldShown(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter as the reader may see and fill it now."""

    code: str
    kind: str
    label: str
    access: str
    help: str = ""
    options: list[OptionShown] = msgspec.field(default_factory=list)
    columns: list[ColumnShown] = msgspec.field(default_factory=list)
    pattern: str | None = None
    min: int | str | None = None
    max: int | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    currency: str | None = None
    decimals: int | None = None


class Blocked(msgspec.Struct, frozen=True):
    """Why a transition cannot be taken yet: about one parameter (`field`), or about the ticket."""

    field: str | None
    reason: Message


class TransitionShown(msgspec.Struct, frozen=True):
    code: str
    name: str
    comment: str
    blocked: list[Blocked]


class TicketLine(msgspec.Struct, frozen=True, kw_only=True):
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


class Spell(msgspec.Struct, frozen=True):
    """A turn of the ledger, as short as a list's row needs it."""

    side: str
    since: datetime
    until: datetime | None


class TrackedLine(TicketLine, frozen=True, kw_only=True):
    """A ticket in a list, with whose turn it has been so far."""

    turns: list[Spell]


class TicketShown(TicketLine, frozen=True, kw_only=True):
    """A ticket, whole."""

    description: str
    parameters: dict[str, Any]
    fields: list[FieldShown]
    transitions: list[TransitionShown]


class Filing(msgspec.Struct, frozen=True):
    """How the reader stands to the ticket's files, as far as was asked.

    `shown` and `fillable`: of the parameters asked about, those whose files they see and those that they may give one;
    `bound`: the file asked about is the value of a parameter that they may not fill now; `message`: the visibility of
    the message asked about, where it is the ticket's and they see it.
    """

    shown: list[str]
    fillable: list[str]
    bound: bool
    message: str | None


class TicketFiled(TicketShown, frozen=True, kw_only=True):
    """A ticket, whole, with how its reader stands to its files."""

    filing: Filing


class Decided(msgspec.Struct, frozen=True):
    """What became of one of many decisions."""

    ticket_id: str
    ticket: TicketShown | None
    refusal: VezError | None


class OperationShown(msgspec.Struct, frozen=True):
    """An accepted command; `refusal` is a refused one's reason (on the wire `problem`, in the reader's language)."""

    id: str
    kind: str
    state: str
    refusal: Conflict | None


class HistoryRow(msgspec.Struct, frozen=True):
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


class TurnRow(msgspec.Struct, frozen=True):
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


class MessageShown(msgspec.Struct, frozen=True):
    id: str
    author: PersonNamed
    body: str
    visibility: str
    created_at: datetime


class UnderstandingShown(msgspec.Struct, frozen=True):
    id: str
    version: int
    body: str
    due_on: date | None
    author: PersonNamed
    created_at: datetime


class DecisionShown(msgspec.Struct, frozen=True):
    id: str
    by: PersonNamed
    outcome: str
    reason: str | None
    evidence: str
    decided_at: datetime


class TicketNamed(msgspec.Struct, frozen=True):
    id: str
    number: str
    subject: str
    status: str


class RelationShown(msgspec.Struct, frozen=True):
    """`kind` is told from the ticket asked about: `origin_of` one made from it, `repeated_by` its duplicate."""

    id: str
    kind: str
    ticket: TicketNamed
    created_at: datetime


class ShareShown(msgspec.Struct, frozen=True):
    id: str
    person: PersonNamed
    by: PersonNamed
    created_at: datetime
    expires_at: datetime


WHY: Final = (
    "author",
    "client",
    "reads_all",
    "scope",
    "opened",
    "holds",
    "stands_in",
    "has_held",
    "leads",
    "guardian",
    "shared",
    "organisation",
)
"""Why somebody may see a ticket: `author` of a draft, else the reasons by which access is judged."""


class ReasonShown(msgspec.Struct, frozen=True):
    """Why somebody sees a ticket. `profiles` grant it, `queues` hold or held it, `expires_at` ends a share."""

    kind: str
    profiles: tuple[Named, ...] = ()
    queues: tuple[Named, ...] = ()
    expires_at: datetime | None = None


class ReaderShown(msgspec.Struct, frozen=True):
    """Somebody who may see a ticket now, and every reason for it."""

    person: PersonNamed
    client_kind: str | None
    reasons: tuple[ReasonShown, ...]

    @property
    def id(self) -> str:
        """The person's: where a page ends."""
        return self.person.id


class ReadersShown(msgspec.Struct, frozen=True):
    """A page of those who may see a ticket; of a confidential type, having held it once is no reason."""

    items: Sequence[ReaderShown]
    next_cursor: str | None
    is_confidential: bool


class TimeEntryShown(msgspec.Struct, frozen=True):
    id: str
    person: PersonNamed
    worked_on: date
    minutes: int
    note: str
    created_at: datetime


class RatingShown(msgspec.Struct, frozen=True):
    score: int
    comment: str | None
    created_at: datetime


class TemplateShown(msgspec.Struct, frozen=True, kw_only=True):
    """A half-written ticket: the type's own (`id` is null, `code` is its code) or the reader's own."""

    id: str | None
    code: str | None
    type: Named
    name: str
    subject: str
    description: str
    parameters: dict[str, Any]
    version: int


class SavedFilterShown(msgspec.Struct, frozen=True):
    """A filter that its reader keeps: `query` is what the list of tickets is asked for."""

    id: str
    side: str
    name: str
    query: dict[str, Any]
    version: int


class CannedAnswerShown(msgspec.Struct, frozen=True):
    """An answer written beforehand; `scope`: the house's, or the reader's own (personal)."""

    id: str
    scope: str
    name: str
    body: str
    placeholders: list[str]
    version: int


class FilledAnswer(msgspec.Struct, frozen=True):
    """An answer with its placeholders filled for one ticket."""

    id: str
    name: str
    body: str
