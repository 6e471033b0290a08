"""Flows, people and facts for tests of workflow's rules: `a_flow().held_by("bruno")`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from services.workflow.rules.entering import Moment
from services.workflow.rules.facts import Facts, Queue, Standing
from services.workflow.rules.flow import Flow, Published
from shared.catalog.definitions import Approvers, Assignment, Due, Duration, Stage, Transition, TypeVersion
from shared.catalog.definitions import Flow as Graph
from shared.contracts.workflow import Holder

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANA = "ana"


def someone(id: str, *, able: bool = True, **more: Any) -> Standing:
    """A person who can attend, unless not `able`."""
    return Standing(id, id.title(), able, **more)


@dataclass(frozen=True)
class FactsBuilder:
    """What was read: people by id, queues by their members."""

    people: tuple[Standing, ...] = ()
    queues: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()
    default: str | None = None
    fallback: str | None = None
    loads: dict[str, dict[str, int]] = field(default_factory=dict)

    def build(self) -> Facts:
        known = {p.id: p for p in self.people}
        there = {code: members for code, members in self.queues.items() if members is not None}
        queues: dict[str, Queue | None] = dict.fromkeys(self.queues)
        for code, members in there.items():
            able = any(known[m].can_attend for m in members)
            queues[code] = Queue(code, able, code in self.retired)
        return Facts(
            default_attendant=self.default,
            fallback_queue=self.fallback,
            people=known,
            queues=queues,
            members={code: tuple(known[m] for m in members) for code, members in there.items()},
            memberships={(code, p): p in members for code, members in there.items() for p in known},
            loads={code: self.loads.get(code, {}) for code in there},
        )


def facts(*people: Standing, **more: Any) -> Facts:
    """Facts about people: `facts(someone("bruno"), default="bruno", queues={"finance": ("carla",)})`."""
    return FactsBuilder(people, **more).build()


def stage(code: str, side: str | None = "attendant", *transitions: Transition, **more: Any) -> Stage:
    """A stage."""
    return Stage(code=code, names={"pt-BR": code}, side=side, transitions=transitions, **more)  # type: ignore[arg-type]


def to(target: str, code: str | None = None, **more: Any) -> Transition:
    """A transition."""
    return Transition(code=code or target, to=target, **more)


def rule(text: str) -> Assignment:
    """An assignment rule as a catalog says it."""
    kind, _, target = text.partition(":")
    return Assignment(kind=kind, target=target or None)  # type: ignore[arg-type]


def span(text: str) -> Duration:
    """A duration as a catalog says it."""
    unit = next(u for u in ("min", "h", "d") if text.endswith(u))
    return Duration(amount=int(text.removesuffix(unit)), unit=unit)  # type: ignore[arg-type]


def due(within: str, **more: Any) -> Due:
    """A deadline."""
    return Due(within=span(within), **more)


def published(*stages: Stage, fallback: str | None = "fallback", **more: Any) -> Published:
    """A version whose first stage is the first given; `people` are those that its rules name."""
    people = more.pop("people", {})
    queue = Assignment(kind="queue", target=fallback) if fallback else None
    graph = Graph(first=stages[0].code, stages=stages, fallback=queue, **more)
    return Published(type="dispute", number=1, version=TypeVersion(parameters=(), flow=graph), people=people)


DONE = stage("done", None, kind="terminal", terminal="concluded")
CANCELLED = stage("cancelled", None, kind="terminal", terminal="cancelled")
BOARD = stage(
    "board",
    "attendant",
    to("done", "approve", outcome="approved"),
    to("desk", "reject", outcome="rejected", assign=rule("previous")),
    kind="approval",
    approves="result",
    approvers=Approvers(queue="board", needs=2),
)


@dataclass(frozen=True)
class FlowBuilder:
    """A running flow."""

    flow: Flow

    def having(self, **changes: Any) -> FlowBuilder:
        return FlowBuilder(replace(self.flow, **changes))

    def in_stage(self, code: str, side: str = "attendant") -> FlowBuilder:
        return self.having(stage=code, side=side)

    def held_by(self, person: str) -> FlowBuilder:
        return self.having(holder=Holder(id=person), attendant_id=person)

    def held_by_queue(self, code: str) -> FlowBuilder:
        return self.having(holder=Holder(id=code, queue=True))

    def on_the_clients_turn(self) -> FlowBuilder:
        return self.having(side="client", holder=Holder(id=ANA))

    def waiting(self, person: str) -> FlowBuilder:
        waits = self.held_by(person)
        return waits.having(mode="waiting", side="third_party", kept_id=person, party={"pt-BR": "o banco"})

    def scheduled(self, person: str, until: datetime) -> FlowBuilder:
        rests = self.held_by(person)
        return rests.having(mode="scheduled", side="nobody", holder=None, kept_id=person, until=until)

    def concluded(self, reopen_until: datetime | None = None) -> FlowBuilder:
        return self.having(state="concluded", side="nobody", holder=None, reopen_until=reopen_until)

    def build(self) -> Flow:
        return self.flow


def a_flow(**changes: Any) -> FlowBuilder:
    """A flow of Ana's in stage `desk`, held by Bruno, in its third turn."""
    flow = Flow(
        ticket_id="ticket",
        state="running",
        type="dispute",
        type_version=1,
        number="2026-000123",
        client_id=ANA,
        requester_id=ANA,
        ordinal=3,
        since=NOON,
        stage="desk",
        entry=3,
        side="attendant",
        holder=Holder(id="bruno"),
        attendant_id="bruno",
    )
    return FlowBuilder(flow).having(**changes)


def moment(by: str = "bruno", now: datetime = NOON) -> Moment:
    """Who acts, and when."""
    return Moment(by=by, now=now, operation_id="operation")
