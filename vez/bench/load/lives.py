"""A ticket's life through its published flow, decided by workflow's own rules: pure, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.workflow.rules import operations
from services.workflow.rules.entering import Moment
from services.workflow.rules.facts import Facts, Standing
from services.workflow.rules.flow import Flow, Published, Step
from shared.catalog import conditions, kinds, values
from shared.catalog.definitions import Parameter, Stage, Transition, Type
from shared.contracts import Event
from shared.contracts import ticket as asked
from vez.bench.load.chance import Chance
from vez.rehearsal.house import House

MOST_STEPS: Final = 12
OPEN_SHARE: Final = 0.04
"""So many tickets are still on their way; where, is drawn."""
OWN_SHARE: Final = 0.002
"""Of each person of the demonstration: so much of what clients opened, and of what attendants held.

The types that go through a queue of the default attendant's have that share together: its members see all that it held.
"""
APPROVERS: Final = 3
"""So many made-up members has the queue that an approval asks, each time others."""
BOARD_SHARE: Final = 0.03
"""How seldom a way is taken that asks several approvers, while there is another: their votes are left to them."""
MESSAGES: Final = 0.4
"""How many messages a step brings, in the mean."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something said in a discussion."""

    at: datetime
    by: str
    body: str


@dataclass(slots=True)
class Life:
    """A ticket from its submission: what was asked of the flow, and each step that it made of that."""

    id: str
    number: str
    type: Type
    version: int
    client_id: str
    subject: str
    description: str
    values: dict[str, Any]
    submitted_at: datetime
    asked: list[Any] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    @property
    def flow(self) -> Flow:
        """Where it stands."""
        return self.steps[-1].flow


@dataclass(frozen=True, slots=True)
class Cast:
    """Who there is: clients and attendants, of the demonstration and made up."""

    own_clients: Sequence[str]
    own_attendants: Sequence[str]
    clients: Sequence[str]
    attendants: Sequence[str]

    def client(self, chance: Chance) -> str:
        """Who opens a ticket."""
        return _drawn(chance, self.own_clients, self.clients)

    def attendant(self, chance: Chance) -> str:
        """Who gets what has no rule, and takes what a queue holds."""
        return _drawn(chance, self.own_attendants, self.attendants)


def _drawn(chance: Chance, own: Sequence[str], others: Sequence[str]) -> str:
    at = chance.draw.random()
    place = int(at / OWN_SHARE)
    return own[place] if place < len(own) else chance.draw.choice(others)


@dataclass(slots=True)
class Author:
    """Makes lives. Anybody made up may take what a queue holds: they were members then, whoever is today."""

    house: House
    cast: Cast
    chance: Chance
    published: Mapping[str, Published]
    types: Mapping[str, Type]
    rare: frozenset[str] = frozenset()

    def life(self, number: str, submitted_at: datetime, now: datetime) -> Life:
        """The next ticket, submitted then, and where it had come by `now`."""
        type = self._type()
        published = self._with_others(self.published[type.code])
        life = Life(
            id=self.chance.id(submitted_at),
            number=number,
            type=type,
            version=published.number,
            client_id=self.cast.client(self.chance),
            subject=self.chance.subject(),
            description=self.chance.text(),
            values=self._values(published, submitted_at),
            submitted_at=submitted_at,
        )
        self._submit(life, published)
        length = self.chance.draw.randint(0, 3) if self.chance.draw.random() < OPEN_SHARE else MOST_STEPS
        for _ in range(length):
            if life.flow.state != "running" or not self._go_on(life, published, now):
                break
        return life

    def _type(self) -> Type:
        """What it is about: one of the `rare` types as seldom as a person of the demonstration has to do with it."""
        usual = [code for code in self.types if code not in self.rare]
        seldom = [code for code in self.types if code in self.rare]
        chosen = seldom if not usual or (seldom and self.chance.draw.random() < OWN_SHARE) else usual
        return self.types[self.chance.draw.choice(chosen)]

    def _with_others(self, published: Published) -> Published:
        """The flow with other people in the place of those whom it names."""
        return replace(published, people={email: self.cast.attendant(self.chance) for email in published.people})

    def _members(self) -> tuple[Standing, ...]:
        drawn = dict.fromkeys(self.cast.attendant(self.chance) for _ in range(APPROVERS))
        return tuple(self.house.person(id) for id in drawn)

    def _submit(self, life: Life, published: Published) -> None:
        event = asked.SubmitRequested(
            ticket_id=life.id,
            operation_id=self.chance.id(life.submitted_at),
            by=life.client_id,
            ordinal=0,
            number=life.number,
            subject=life.subject,
            client_id=life.client_id,
            type=life.type.code,
            version=published.number,
            priority=life.type.priority,
        )
        moment = Moment(by=event.by, now=life.submitted_at, operation_id=event.operation_id)
        default = self.cast.attendant(self.chance)
        self._keep(life, event, self._decided(default, lambda f: operations.submit(published, None, event, f, moment)))

    def _go_on(self, life: Life, published: Published, now: datetime) -> bool:
        """The next step of a life; whether there was one before `now`."""
        flow = life.flow
        at = flow.since + timedelta(minutes=round(self.chance.draw.expovariate(1 / 900), 3))
        stage = published.version.load_stage(flow.stage or "")
        event = self._next(life, published, stage, at)
        if event is None or at >= now:
            return False
        moment = Moment(by=event.by, now=at, operation_id=event.operation_id)
        default = self.cast.attendant(self.chance)
        self._keep(life, event, self._decided(default, lambda f: operations.operate(published, flow, event, f, moment)))
        if self.chance.draw.random() < MESSAGES:
            life.messages.append(Message(at, event.by, self.chance.text(2)))
        return True

    def _decided(self, default: str, decide: Any) -> Step:
        """What the rules make of it, in a house in which anybody is a member of the queue that they take from."""
        asked_now: dict[str, tuple[Standing, ...]] = {}

        def with_default(facts: Facts) -> Step:
            for code in (*facts.members, *facts.loads):
                asked_now.setdefault(code, self._members())
            known = Facts(
                default_attendant=default,
                fallback_queue=facts.fallback_queue,
                people=facts.people,
                queues=facts.queues,
                members={code: asked_now[code] for code in facts.members},
                loads={code: {each.id: 0 for each in asked_now[code]} for code in facts.loads},
                memberships=dict.fromkeys(facts.memberships, True),
            )
            return decide(known)  # type: ignore[no-any-return]

        return self.house.decided(with_default)

    def _next(self, life: Life, published: Published, stage: Stage, at: datetime) -> Any:
        flow = life.flow
        facts: dict[str, Any] = {"ticket_id": life.id, "operation_id": self.chance.id(at), "ordinal": flow.ordinal}
        if stage.kind == "approval":
            return self._decision(life, stage, facts)
        if flow.holder_queue is not None:
            return asked.TakeRequested(**facts, by=self.cast.attendant(self.chance))
        step = self._transition(life, published, stage)
        if step is None:
            return None
        by = life.client_id if flow.side == "client" else flow.holder_person or ""
        given = {"parameters": life.values}
        return asked.AdvanceRequested(**facts, by=by, transition=step.code, values=given)

    def _decision(self, life: Life, stage: Stage, facts: dict[str, Any]) -> Event | None:
        """The client's decision; what several approvers decide is left open, since their votes are their own."""
        if stage.side != "client":
            return None
        outcome = "approved" if self.chance.draw.random() < 0.9 else "rejected"
        return asked.DecisionRequested(**facts, by=life.client_id, outcome=outcome, evidence="")

    def _transition(self, life: Life, published: Published, stage: Stage) -> Transition | None:
        """One of the ways on: as a rule forward, since who goes round and round never ends."""
        open_ones = [
            step
            for step in stage.transitions
            if conditions.holds(published.version, step.condition, parameters=life.values)
        ]
        been = {made.flow.stage for made in life.steps}
        forward = [step for step in open_ones if step.to not in been] or open_ones
        if self.chance.draw.random() > BOARD_SHARE:
            forward = [step for step in forward if not self._asks_a_board(published, step)] or forward
        return self.chance.draw.choice(forward) if forward else None

    @staticmethod
    def _asks_a_board(published: Published, step: Transition) -> bool:
        return published.version.load_stage(step.to).approvers is not None

    def _keep(self, life: Life, event: Event, step: Step) -> None:
        life.asked.append(event)
        life.steps.append(step)

    def _values(self, published: Published, at: datetime) -> dict[str, Any]:
        """What the first form asks for, and what attendants may fill in besides, as far as it can be made up."""
        given: dict[str, Any] = {}
        for parameter in published.version.parameters:
            made = self._value(parameter)
            if made is None:
                continue
            try:
                given[parameter.code] = kinds.normal(parameter, made, at.date())
            except kinds.Refused:
                continue
        return values.kept(published.version, given)

    def _value(self, parameter: Parameter) -> Any:
        draw = self.chance.draw
        made: dict[str, Any] = {
            "text": f"{draw.randrange(10**8):08d}",
            "long_text": self.chance.text(),
            "integer": draw.randint(1, 50),
            "decimal": f"{draw.randint(1, 90)}.5",
            "money": f"{draw.randint(10, 15_000)}.{draw.randint(0, 99):02d}",
            "date": "2026-03-02",
            "boolean": draw.random() < 0.5,
            "choice": draw.choice([option.code for option in parameter.options] or [None]),
            "multi_choice": [option.code for option in parameter.options][:1] or None,
            "email": "pessoa@carga.test",
            "phone": "+5511987654321",
            "url": "https://carga.test/",
        }
        return made.get(parameter.kind)
