"""A double of the workflow service: answers what the ticket service asked as the flow would, by the published version.

It knows no conditions and no clocks. A test says who holds a stage (`assign`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared import clock
from shared.catalog.definitions import Stage, TypeVersion
from shared.contracts import Event
from shared.contracts import ticket as asked
from shared.contracts.workflow import (
    DecisionRecorded,
    Finished,
    Holder,
    Reassigned,
    Refused,
    StageEntered,
    StageFacts,
)
from tests.service.ticket.world import World

WINDOW: Final = timedelta(days=7)


@dataclass
class Standing:
    """Where a ticket stands."""

    version: TypeVersion
    client_id: str
    ordinal: int = 0
    since: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    stage: str = ""
    side: str = "nobody"
    holder: Holder | None = None
    kept: Holder | None = None
    attendant: Holder | None = None
    approvers: list[str] = field(default_factory=list)
    votes: int = 0
    answered: int = 0


class Flow:
    """Answers operations, one at a time or all that wait."""

    def __init__(self, world: World, default_attendant: str) -> None:
        self.world = world
        self.default = Holder(id=default_attendant)
        self.assign: dict[str, Holder] = {}
        self.queues: dict[str, list[str]] = {}
        self.tickets: dict[str, Standing] = {}

    def answer(self, ticket_id: str) -> Event:
        """The next unanswered operation of a ticket is answered; what was said."""
        return self._say(self.answered(ticket_id))

    def answered(self, ticket_id: str) -> Event:
        """What the flow answers to the next unanswered operation of a ticket; it is yet to be said."""
        standing, event = self._next(ticket_id)
        return self._answered(standing, event)

    def refuse(self, ticket_id: str, type: str = "not-your-turn", message: str = "It is not your turn") -> Event:
        """The next unanswered operation is refused."""
        return self._say(self.refused(ticket_id, type, message))

    def refused(self, ticket_id: str, type: str = "not-your-turn", message: str = "It is not your turn") -> Event:
        """The refusal of the next unanswered operation; it is yet to be said."""
        standing, event = self._next(ticket_id)
        return Refused(**self._common(standing, event), kind=_kind(event), type=type, message=message)

    def _next(self, ticket_id: str) -> tuple[Standing, Any]:
        requests = [e for e in self.world.said(ticket_id) if e.name.endswith("_requested")]
        standing = self.tickets.get(ticket_id)
        event = requests[standing.answered if standing else 0]
        if standing is None:
            version = self.world.catalog[event.type].version
            standing = self.tickets[ticket_id] = Standing(version, event.client_id)
        standing.answered += 1
        return standing, event

    def _say(self, event: Event) -> Event:
        self.world.say(event)
        return event

    def _common(self, standing: Standing, event: Any) -> dict[str, Any]:
        return {
            "ticket_id": event.ticket_id,
            "operation_id": event.operation_id,
            "ordinal": standing.ordinal,
            "since": standing.since,
            "by": event.by,
        }

    def _turn(self, standing: Standing) -> None:
        standing.ordinal += 1
        standing.since = max(standing.since, datetime.now(UTC) + clock.OFFSET)

    def _answered(self, standing: Standing, event: Any) -> Event:
        match event:
            case asked.SubmitRequested():
                return self.enter(standing, event, standing.version.flow.first)
            case asked.ReopenRequested():
                return self.enter(standing, event, standing.version.flow.first, reopened=True)
            case asked.AdvanceRequested():
                stage = standing.version.load_stage(standing.stage)
                return self.enter(standing, event, stage.transition_by_code[event.transition].to, event.transition)
            case asked.DecisionRequested():
                return self._decided(standing, event)
            case asked.CancelRequested():
                return self._finished(standing, event, None, None)
        return self.reassigned(standing, event)

    def enter(
        self, standing: Standing, event: Any, to: str, transition: str | None = None, *, reopened: bool = False
    ) -> Event:
        """A stage is entered, or the flow ends in it."""
        stage = standing.version.load_stage(to)
        if stage.terminal is not None:
            return self._finished(standing, event, stage, transition)
        before = standing.holder
        self._turn(standing)
        standing.stage, standing.side = to, stage.side or "attendant"
        standing.holder = self._holder(standing, stage)
        standing.approvers = self._approvers(standing, stage)
        standing.votes = 0
        self._remember(standing)
        return StageEntered(
            **self._common(standing, event),
            transition=transition,
            stage=_facts(stage),
            side=standing.side,
            holder_before=before,
            holder_after=standing.holder,
            party=dict(stage.party) or None,
            approvers=standing.approvers,
            reopened=reopened,
        )

    def _holder(self, standing: Standing, stage: Stage) -> Holder:
        if stage.side == "client":
            return Holder(id=standing.client_id)
        if stage.approvers is not None:
            return Holder(id=stage.approvers.queue, queue=True)
        return self.assign.get(stage.code, self.default)

    def _approvers(self, standing: Standing, stage: Stage) -> list[str]:
        if stage.kind != "approval":
            return []
        return list(self.queues[stage.approvers.queue]) if stage.approvers else [standing.client_id]

    def _remember(self, standing: Standing) -> None:
        if standing.holder is not None and not standing.holder.queue and standing.side in ("attendant", "third_party"):
            standing.attendant = standing.holder

    def _decided(self, standing: Standing, event: Any) -> Event:
        stage = standing.version.load_stage(standing.stage)
        standing.votes += 1
        standing.approvers = [a for a in standing.approvers if a != event.by]
        if stage.approvers is not None and event.outcome == "approved" and standing.votes < stage.approvers.needs:
            common = self._common(standing, event)
            return DecisionRecorded(**common, outcome=event.outcome, approvers=standing.approvers)
        transition = stage.transition_for(event.outcome)
        assert transition is not None
        return self.enter(standing, event, transition.to, transition.code)

    def _finished(self, standing: Standing, event: Any, stage: Stage | None, transition: str | None) -> Event:
        before = standing.holder
        self._turn(standing)
        standing.side, standing.holder, standing.approvers = "nobody", None, []
        status = stage.terminal if stage is not None and stage.terminal is not None else "cancelled"
        window = standing.version.flow.reopen_within is not None and status == "concluded"
        return Finished(
            **self._common(standing, event),
            status=status,
            transition=transition,
            stage=_facts(stage) if stage is not None else None,
            holder_before=before,
            reopen_until=standing.since + WINDOW if window else None,
        )

    def reassigned(self, standing: Standing, event: Any) -> Reassigned:
        """The turn changes inside a stage."""
        stage = standing.version.load_stage(standing.stage)
        before, until, party = standing.holder, None, dict(stage.party) or None
        self._turn(standing)
        match event:
            case asked.TransferRequested():
                queue = event.to_queue is not None
                standing.holder = Holder(id=event.to_queue or event.to_person_id or "", queue=queue)
            case asked.TakeRequested():
                standing.holder = Holder(id=event.by)
            case asked.ScheduleRequested():
                standing.kept, standing.side, standing.holder, until = before, "nobody", None, event.until
            case asked.WaitRequested():
                standing.side, party = "third_party", {"pt-BR": event.party}
            case asked.ResumeRequested():
                standing.side = stage.side or "attendant"
                standing.holder = standing.holder or standing.kept
        self._remember(standing)
        return Reassigned(
            **self._common(standing, event),
            cause=_kind(event),
            stage=_facts(stage),
            side=standing.side,
            holder_before=before,
            holder_after=standing.holder,
            party=party,
            until=until,
        )


def _kind(event: Event) -> Any:
    return event.name.removeprefix("ticket.").removesuffix("_requested")


def _facts(stage: Stage) -> StageFacts:
    return StageFacts(
        code=stage.code,
        kind=stage.kind,
        names=dict(stage.names),
        client_names=dict(stage.names_for("client")),
        approves=stage.approves,
    )
