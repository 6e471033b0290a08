"""What a ticket's record says happened, as moves that can be tried elsewhere: pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shared.contracts.workflow import Holder

Kind = Literal["advance", "cancel", "reopen", "take", "transfer", "wait", "schedule", "resume"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Something that happened to a ticket.

    `by` is a person's id, None where the record names nobody. `stage` is where the ticket stood afterwards, and
    `transition`, of an advance, the step's code as far as the record has one. `until`: when a scheduled rest was over.
    """

    at: datetime
    kind: Kind
    stage: str
    by: str | None = None
    by_clock: bool = False
    transition: str | None = None
    holder: Holder | None = None
    commented: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry into a stage as it was, and who then held it."""

    stage: str
    at: datetime
    holder: Holder | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A ticket from its submission on. `entries` are all its stages, terminal ones too, the first one first.

    `understood_at`: when understandings were written, None where the record does not tell.
    """

    number: str
    type: str
    client_id: str
    requester_id: str
    submitted_at: datetime
    entries: tuple[Entry, ...]
    moves: tuple[Move, ...]
    ended_at: datetime | None = None
    client_kind: str | None = None
    group: str = ""
    priority: str = "normal"
    values: dict[str, Any] = field(default_factory=dict)
    understood_at: tuple[datetime, ...] | None = None

    @property
    def id(self) -> str:
        """By what the rehearsal knows it."""
        return self.number
