"""What the workflow service says: answers about a ticket's flow, and news of the catalog, queues and settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from shared.contracts.base import Event

Side = Literal["client", "attendant", "third_party", "nobody"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """A person (`id` is theirs) or a queue (`id` is its code)."""

    id: str
    queue: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class StageFacts:
    """A stage as readers without a catalog need it. `names` and `client_names` by language tag."""

    code: str
    kind: Literal["ordinary", "approval", "terminal"] = "ordinary"
    names: dict[str, str] = field(default_factory=dict)
    client_names: dict[str, str] = field(default_factory=dict)
    approves: Literal["understanding", "result"] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Flow(Event):
    """`operation_id` is null where a clock or the system acted. `ordinal` is the present turn's."""

    aggregate: ClassVar[str] = "ticket_id"

    ticket_id: str
    operation_id: str | None = None
    ordinal: int
    since: datetime
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StageEntered(_Flow):
    """`approvers`: those who may still decide, in an approval. `comment` rides only where the system wrote one."""

    name: ClassVar[str] = "flow.stage_entered"

    transition: str | None
    stage: StageFacts
    side: Side
    holder_before: Holder | None
    holder_after: Holder | None
    fallback_reason: str | None = None
    party: dict[str, str] | None = None
    approvers: list[str] = field(default_factory=list)
    reopened: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reassigned(_Flow):
    """The turn changed inside a stage. `cause` says by what; `approvers`, in an approval, who may still decide."""

    name: ClassVar[str] = "flow.reassigned"

    cause: Literal["transfer", "take", "schedule", "wake", "wait", "resume", "holder_gone"]
    stage: StageFacts
    side: Side
    holder_before: Holder | None
    holder_after: Holder | None
    fallback_reason: str | None = None
    party: dict[str, str] | None = None
    until: datetime | None = None
    approvers: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionRecorded(_Flow):
    """A vote that did not end the approval. `approvers`: those left."""

    name: ClassVar[str] = "flow.decision_recorded"

    outcome: Literal["approved", "rejected"]
    approvers: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished(_Flow):
    """The flow entered a terminal stage (or an open ticket was cancelled: transition and stage null)."""

    name: ClassVar[str] = "flow.finished"

    status: Literal["concluded", "cancelled"]
    transition: str | None
    stage: StageFacts | None
    holder_before: Holder | None
    reopen_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused(_Flow):
    """An operation that took no effect. `type`, `message` and `values` make the problem that the caller reads."""

    name: ClassVar[str] = "flow.refused"

    kind: str
    type: str
    message: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Migrated(_Flow):
    """An open ticket goes on in another version of its type, in the same stage and turn. An older one undoes it."""

    name: ClassVar[str] = "flow.migrated"

    type: str
    from_version: int
    version: int
    stage: StageFacts


@dataclass(frozen=True, kw_only=True, slots=True)
class DueChanged(_Flow):
    name: ClassVar[str] = "flow.due_changed"

    due_at: datetime | None
    near_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineNear(_Flow):
    name: ClassVar[str] = "flow.deadline_near"

    due_at: datetime
    stage: StageFacts
    holder: Holder | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineMissed(_Flow):
    name: ClassVar[str] = "flow.deadline_missed"

    due_at: datetime
    stage: StageFacts
    holder: Holder | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogPublished(Event):
    """A version was published; it is asked for once (`GET /v1/types/{code}/versions/{n}`) and never changes."""

    name: ClassVar[str] = "catalog.published"
    aggregate: ClassVar[str] = "type"

    type: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeChanged(Event):
    """What of a type is not versioned. `opened_by`: {"kinds": [...] or "all", "profiles": [...]}.

    `priority` is what a new ticket gets; `attachments` the limits of its files: {count, size_bytes, types}.
    """

    name: ClassVar[str] = "type.changed"
    aggregate: ClassVar[str] = "code"

    code: str
    group: str
    group_names: dict[str, str]
    names: dict[str, str]
    descriptions: dict[str, str] = field(default_factory=dict)
    opened_by: dict[str, Any] = field(default_factory=dict)
    templates: list[dict[str, Any]] = field(default_factory=list)
    confidential: bool = False
    priority: str = "normal"
    attachments: dict[str, Any] | None = None
    retired: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueChanged(Event):
    name: ClassVar[str] = "queue.changed"
    aggregate: ClassVar[str] = "code"

    code: str
    names: dict[str, str]
    members: list[str] = field(default_factory=list)
    retired: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingChanged(Event):
    name: ClassVar[str] = "setting.changed"
    aggregate: ClassVar[str] = "key"

    key: str
    value: Any = None
    by: str
