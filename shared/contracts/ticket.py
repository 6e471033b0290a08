"""What the ticket service says. `…_requested` asks the workflow service; it answers each exactly once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from shared.contracts.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ticket(Event):
    aggregate: ClassVar[str] = "ticket_id"

    ticket_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Requested(_Ticket):
    """`ordinal` is that of the turn which the person saw (0 before the first); `values` what conditions need."""

    operation_id: str
    by: str
    ordinal: int
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmitRequested(_Requested):
    """`type` and `version` name the published version that judged the submission: workflow starts that one."""

    name: ClassVar[str] = "ticket.submit_requested"

    number: str
    subject: str
    client_id: str
    type: str
    version: int
    priority: str = "normal"


@dataclass(frozen=True, kw_only=True, slots=True)
class AdvanceRequested(_Requested):
    name: ClassVar[str] = "ticket.advance_requested"

    transition: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionRequested(_Requested):
    """`outcome` is approved or rejected; `evidence` the hash of exactly what was shown."""

    name: ClassVar[str] = "ticket.decision_requested"

    outcome: str
    evidence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferRequested(_Requested):
    """To a person (`to_person_id`) or to a queue (`to_queue`), never both. `any_turn`: by `ticket.transfer_any`."""

    name: ClassVar[str] = "ticket.transfer_requested"

    to_person_id: str | None = None
    to_queue: str | None = None
    any_turn: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeRequested(_Requested):
    name: ClassVar[str] = "ticket.take_requested"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleRequested(_Requested):
    name: ClassVar[str] = "ticket.schedule_requested"

    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitRequested(_Requested):
    name: ClassVar[str] = "ticket.wait_requested"

    party: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumeRequested(_Requested):
    name: ClassVar[str] = "ticket.resume_requested"


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelRequested(_Requested):
    name: ClassVar[str] = "ticket.cancel_requested"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReopenRequested(_Requested):
    name: ClassVar[str] = "ticket.reopen_requested"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafted(_Ticket):
    """A draft was made; it carries no text."""

    name: ClassVar[str] = "ticket.drafted"

    number: str
    client_id: str
    type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectChanged(_Ticket):
    name: ClassVar[str] = "ticket.subject_changed"

    subject: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ParametersChanged(_Ticket):
    name: ClassVar[str] = "ticket.parameters_changed"

    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class PriorityChanged(_Ticket):
    name: ClassVar[str] = "ticket.priority_changed"

    priority: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased(_Ticket):
    """The ticket's client was erased, and with them what it said: it stays, with its number, stages and times."""

    name: ClassVar[str] = "ticket.erased"

    person_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Related(_Ticket):
    """The ticket was related to another, or (`removed`) is so no longer."""

    name: ClassVar[str] = "ticket.related"

    other_id: str
    kind: str
    by: str
    removed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared(_Ticket):
    """The ticket was shared with a person by name, to read and to discuss, until `expires_at`; or for another time."""

    name: ClassVar[str] = "ticket.shared"

    person_id: str
    expires_at: datetime
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeLogged(_Ticket):
    """Time was entered, or (`removed`) an entry taken out: of the attendants' side alone."""

    name: ClassVar[str] = "ticket.time_logged"

    entry_id: str
    minutes: int
    by: str
    removed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UnderstandingWritten(_Ticket):
    name: ClassVar[str] = "ticket.understanding_written"

    understanding_id: str
    version: int
    author_id: str
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Commented(_Ticket):
    """`visibility` is public or internal; `mentions` the people named in the text. The text stays in ticket."""

    name: ClassVar[str] = "ticket.commented"

    message_id: str
    author_id: str
    visibility: str
    mentions: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancelled(_Ticket):
    """A draft was discarded. An open ticket ends by flow.finished."""

    name: ClassVar[str] = "ticket.cancelled"

    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Deleted(_Ticket):
    name: ClassVar[str] = "ticket.deleted"

    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rated(_Ticket):
    name: ClassVar[str] = "ticket.rated"

    score: int
