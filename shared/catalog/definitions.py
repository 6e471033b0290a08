"""What a catalog is, as frozen dataclasses: groups, types, versions, parameters, stages and transitions.

Everything here is data that others read; nothing changes after it is made. Texts are dictionaries by language tag, and
`pt-BR` is always there (`text_in` falls back to it). Lists keep the order of the file. Lookups by code are dictionaries
made once per object (`version.parameter_by_code`, `flow.stage_by_code`), because every command asks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from shared.catalog.parameters import Column, Option, Parameter
from shared.catalog.texts import DEFAULT_LANGUAGE, LANGUAGES, Texts, text_in
from shared.errors import Message

__all__ = [
    "DEFAULT_LANGUAGE",
    "LANGUAGES",
    "SIDES",
    "Access",
    "Approvers",
    "Assignment",
    "AttachmentLimits",
    "Calendar",
    "Catalog",
    "ClientKind",
    "Column",
    "Due",
    "Duration",
    "Flow",
    "Group",
    "OpenedBy",
    "Option",
    "Parameter",
    "Position",
    "Problem",
    "Queue",
    "Side",
    "Stage",
    "Template",
    "Texts",
    "Transition",
    "Type",
    "TypeVersion",
    "text_in",
]

Access = Literal["required", "optional", "read_only", "invisible"]
Side = Literal["client", "attendant", "third_party"]
SIDES: Final[tuple[str, ...]] = get_args(Side)
Cells = dict[str, dict[str, Access]]


@dataclass(frozen=True, kw_only=True)
class Duration:
    """A time of a calendar: `h` and `min` are open time, `d` working days; plain time where no calendar is named."""

    amount: int
    unit: Literal["min", "h", "d"]

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Who gets a stage: `target` is a queue's code (queue, least_loaded) or a person's e-mail (attendant)."""

    kind: Literal["default_attendant", "queue", "attendant", "previous", "least_loaded"]
    target: str | None = None

    def __str__(self) -> str:
        return self.kind if self.target is None else f"{self.kind}:{self.target}"


@dataclass(frozen=True, kw_only=True)
class Due:
    """A deadline. `near` is the percentage after which it is near; `then` the transition that the clock takes."""

    within: Duration
    calendar: str | None = None
    near: int = 75
    then: str | None = None


@dataclass(frozen=True, kw_only=True)
class Approvers:
    """A queue that decides: `needs` of its members must approve. `delegates`: a substitute may vote for an absentee."""

    queue: str
    needs: int = 1
    exclude: tuple[Literal["requester", "previous_holder"], ...] = ()
    delegates: bool = False


@dataclass(frozen=True, kw_only=True)
class Transition:
    """A step from its stage to the stage `to`. `condition` is the file's `if`; `assign` goes before the stage's.

    `outcome` is set exactly in approval stages, where a decision takes the transition.
    """

    code: str
    to: str
    names: Texts = field(default_factory=dict)
    condition: str | None = None
    comment: Literal["required", "optional"] = "optional"
    assign: Assignment | None = None
    outcome: Literal["approved", "rejected"] | None = None


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A node of a flow. A terminal stage has no side and ends the ticket as `terminal` says.

    `cells` is its part of the matrix, side → parameter → access, only as far as the file names it:
    `access.effective` knows the rest. `client_names` is empty where the client reads the same name.
    """

    code: str
    names: Texts
    client_names: Texts = field(default_factory=dict)
    side: Side | None = None
    kind: Literal["ordinary", "approval", "terminal"] = "ordinary"
    terminal: Literal["concluded", "cancelled"] | None = None
    assign: Assignment | None = None
    due: Due | None = None
    understanding: Literal["required", "optional"] = "optional"
    approves: Literal["understanding", "result"] | None = None
    approvers: Approvers | None = None
    party: Texts = field(default_factory=dict)
    cells: Cells = field(default_factory=dict)
    transitions: tuple[Transition, ...] = ()

    @cached_property
    def transition_by_code(self) -> Mapping[str, Transition]:
        return MappingProxyType({transition.code: transition for transition in self.transitions})

    def names_for(self, side: str) -> Texts:
        """The stage's names as that side reads them."""
        return self.client_names or self.names if side == "client" else self.names

    def transition_for(self, outcome: str) -> Transition | None:
        """In an approval, the transition that a decision (`approved` or `rejected`) takes."""
        return next((transition for transition in self.transitions if transition.outcome == outcome), None)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The graph of stages. `fallback` holds the ticket when a rule names nobody who can act."""

    first: str
    stages: tuple[Stage, ...]
    fallback: Assignment | None = None
    reopen_within: Duration | None = None
    due_by_side: dict[str, Due] = field(default_factory=dict)

    @cached_property
    def stage_by_code(self) -> Mapping[str, Stage]:
        return MappingProxyType({stage.code: stage for stage in self.stages})

    @property
    def first_stage(self) -> Stage:
        return self.stage_by_code[self.first]


@dataclass(frozen=True, kw_only=True)
class TypeVersion:
    """What is published and never changes: parameters, matrix and flow. Its code and number are its keeper's."""

    parameters: tuple[Parameter, ...]
    flow: Flow

    @cached_property
    def parameter_by_code(self) -> Mapping[str, Parameter]:
        return MappingProxyType({parameter.code: parameter for parameter in self.parameters})

    @cached_property
    def cache(self) -> dict[Any, Any]:
        """Room for what is derived from this version once: compiled conditions, raw columns of the matrix."""
        return {}

    def find_stage(self, code: str | None) -> Stage | None:
        """The stage of that code, or None."""
        return self.flow.stage_by_code.get(code) if code is not None else None

    def load_stage(self, code: str) -> Stage:
        """The stage of that code. Raises KeyError."""
        return self.flow.stage_by_code[code]


@dataclass(frozen=True, kw_only=True)
class OpenedBy:
    """Who may open a type: kinds of client (`all` of them or these), and profiles (any where none is named)."""

    kinds: tuple[str, ...] | Literal["all"] = "all"
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AttachmentLimits:
    """How many files a ticket of this type may have, how big each, and which: words of `reading.FILE_TYPES`."""

    count: int | None = None
    size_bytes: int | None = None
    types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Template:
    """A ticket half written: subject, description and values that a client starts from."""

    code: str
    names: Texts
    subject: str = ""
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Type:
    """A kind of request. All but `version` may change without a new version."""

    code: str
    group: str
    names: Texts
    version: TypeVersion
    descriptions: Texts = field(default_factory=dict)
    opened_by: OpenedBy = OpenedBy()
    confidential: bool = False
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    attachments: AttachmentLimits | None = None
    templates: tuple[Template, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Group:
    code: str
    names: Texts


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A team of attendants; `members` are e-mail addresses."""

    code: str
    names: Texts
    members: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Opening hours by weekday (`mon`…`sun`): pairs of `HH:MM`, local to `timezone`; `holidays` as `BR` or `BR-SP`."""

    code: str
    timezone: str
    hours: dict[str, tuple[tuple[str, str], ...]]
    holidays: str | None = None


@dataclass(frozen=True, kw_only=True)
class ClientKind:
    """A kind of client and the identifiers by which such a client signs in."""

    code: str
    login: tuple[str, ...] = ("email",)
    names: Texts = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Position:
    """Where in a file something is said; lines count from 1."""

    file: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong in a catalog, where, and what to do. `str(problem)` is one English line; line 0 means no file."""

    file: str
    line: int
    path: str
    message: Message
    remedy: Message

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else ""
        return f"{place}{self.path}: {self.english}"

    @property
    def english(self) -> str:
        """What is wrong and what to do, as one English text."""
        return f"{_english(self.message)} {_english(self.remedy)}"

    def to_wire(self) -> dict[str, Any]:
        """As JSON values, in English."""
        return {
            "file": self.file,
            "line": self.line,
            "path": self.path,
            "message": _english(self.message),
            "remedy": _english(self.remedy),
        }


def _english(message: Message) -> str:
    return message.key % message.values if message.values else message.key


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """All of it. `positions` (path → where) and `warnings` tell of the file it was read from and do not compare."""

    client_kinds: tuple[ClientKind, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    queues: tuple[Queue, ...] = ()
    groups: tuple[Group, ...] = ()
    types: tuple[Type, ...] = ()
    positions: dict[str, Position] = field(default_factory=dict, compare=False, repr=False)
    warnings: tuple[Problem, ...] = field(default=(), compare=False, repr=False)

    @cached_property
    def type_by_code(self) -> Mapping[str, Type]:
        return MappingProxyType({type.code: type for type in self.types})

    @cached_property
    def queue_by_code(self) -> Mapping[str, Queue]:
        return MappingProxyType({queue.code: queue for queue in self.queues})

    @cached_property
    def group_by_code(self) -> Mapping[str, Group]:
        return MappingProxyType({group.code: group for group in self.groups})

    @cached_property
    def calendar_by_code(self) -> Mapping[str, Calendar]:
        return MappingProxyType({calendar.code: calendar for calendar in self.calendars})

    @cached_property
    def client_kind_by_code(self) -> Mapping[str, ClientKind]:
        return MappingProxyType({kind.code: kind for kind in self.client_kinds})
