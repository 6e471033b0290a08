"""What a running flow is, and what a step makes of it: frozen data that rules read and return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.workflow.rules.approval import Vote
from shared.catalog.definitions import Stage, TypeVersion
from shared.contracts import Event
from shared.contracts.workflow import Holder, Side, StageFacts

State = Literal["running", "concluded", "cancelled", "refused"]
Mode = Literal["stage", "waiting", "scheduled"]
"""How the turn came to be: by entering the stage (or passing it on), by a wait for somebody, by a schedule."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """A published version, which never changes, and the people that it names: e-mail → id, as they were found."""

    type: str
    number: int
    version: TypeVersion
    people: Mapping[str, str] = field(default_factory=dict)

    @property
    def fallback_queue(self) -> str | None:
        """The queue that holds a ticket of this flow when a rule names nobody who can act."""
        fallback = self.version.flow.fallback
        return fallback.target if fallback is not None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """Where a ticket stands. `entry` is the ordinal at which the present stage was entered.

    `attendant_id` is the person who last held it as an attendant (`previous` in a rule), `before_id` the person who
    held it when the stage before was left, `kept_id` who gets the turn back after a wait or a schedule. `approvers` is
    set exactly while an approval asks people; `alarm` is why administrators were told of the present holder.
    """

    ticket_id: str
    state: State
    type: str
    type_version: int
    number: str
    client_id: str
    requester_id: str
    ordinal: int = 0
    since: datetime
    stage: str | None = None
    entry: int = 0
    side: Side = "nobody"
    mode: Mode = "stage"
    holder: Holder | None = None
    attendant_id: str | None = None
    before_id: str | None = None
    kept_id: str | None = None
    party: dict[str, str] | None = None
    until: datetime | None = None
    approvers: tuple[str, ...] | None = None
    alarm: str | None = None
    reopen_until: datetime | None = None
    due_at: datetime | None = None
    near_at: datetime | None = None

    @property
    def holder_person(self) -> str | None:
        """The person who holds it, None while a queue or nobody does."""
        return self.holder.id if self.holder is not None and not self.holder.queue else None

    @property
    def holder_queue(self) -> str | None:
        """The code of the queue that holds it, if one does."""
        return self.holder.id if self.holder is not None and self.holder.queue else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What a decision makes: the flow as it will be, what to say, and the vote given if one was.

    `turned`: a new turn begins, so the ledger gets a row and the clocks are read anew; `starts`: a new life does.
    """

    flow: Flow
    events: tuple[Event, ...]
    turned: bool = True
    starts: bool = False
    vote: Vote | None = None


def stage_facts(stage: Stage) -> StageFacts:
    """The stage as readers without a catalog need it."""
    return StageFacts(
        code=stage.code,
        kind=stage.kind,
        names=dict(stage.names),
        client_names=dict(stage.names_for("client")),
        approves=stage.approves,
    )
