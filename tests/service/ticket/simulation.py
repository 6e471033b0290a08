"""A history of the ticket service: what people ask of one or two tickets, what the flow answers, and other news."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from shared.contracts import Event
from shared.contracts import ticket as asked
from shared.contracts.workflow import (
    CatalogPublished,
    DeadlineMissed,
    DeadlineNear,
    DueChanged,
    Holder,
    Migrated,
    Reassigned,
    StageFacts,
)
from shared.ids import SYSTEM
from tests.service.ticket.flow import Standing
from tests.service.ticket.house import House
from tests.support.publishers import Publishers
from tests.support.saying import Sayings
from tests.support.simulation import Simulation
from tests.support.twins import AUDITED, CATALOG, PEOPLE, Kept

UNTIL: Final = "2030-01-01T12:00:00+00:00"
WAYS: Final = {"triage": ("analyse", "ask", "repair", "refuse"), "more": ("answer", "give_up"), "workshop": ("back",)}
LATER: Final = {"triage": ("analysis", "more"), "analysis": ("triage",), "workshop": ("triage",), "more": ("dropped",)}
"""Where a clock takes a ticket from a stage when its deadline is missed."""


@dataclass(frozen=True)
class Clock:
    """What a clock does, in the place of a person's operation."""

    ticket_id: str
    by: str = SYSTEM.id
    operation_id: str | None = None


class TicketSimulation(Simulation):
    """What a person does waits for what was heard before; what clocks, files and others do comes at any time."""

    EPOCHS = (2, 4)
    KEPT = (
        Kept(
            "tickets",
            "id",
            without=("number", "created_at", "updated_at", "submitted_at", "history_head", "head", "understood_at"),
        ),
        Kept("turns", "ticket_id"),
        Kept("holders", "ticket_id"),
        Kept("stage_history", "ticket_id", without=("comment_digest", "digest", "head")),
        Kept("stage_comments", "ticket_id", without=("salt",)),
        Kept("operations", "ticket_id", without=("accepted_at", "settled_at", "evidence")),
        Kept("relations", "ticket_id", without=("id", "created_at")),
        Kept("revisions", "ticket_id", without=("version", "at")),
        Kept("files", "ticket_id", without=("changed_at",)),
        *PEOPLE,
        *CATALOG,
        Kept("published", "type", "text"),
        AUDITED,
        Kept(
            "outbox",
            "aggregate_id",
            "text",
            without=("id", "occurred_at", "trace", "payload"),
            inside=(("payload", ("number", "values", "evidence")),),
            where="word = 'ticket'",
        ),
    )

    def __init__(self, house: House, publishers: Publishers, seed: int) -> None:
        super().__init__(house.world, publishers, seed)
        self.house, self.flow, self.news = house, house.flow, Sayings(self)
        self.person, self.queue, self.type = self.new(), self.new("queue-"), self.new("type-")
        self.setting, self.profile = self.new("setting-"), self.new("profile-")
        self.tickets: list[str] = []
        self.drafts: set[str] = set()
        self.files: list[Any] = []

    def go_on(self) -> None:
        first = Holder(id=self.person) if self.happens(0.5) else Holder(id=self.queue, queue=True)
        self.flow.assign = {"triage": self.chance.choice([first, Holder(id=self.house.bruno)]), "analysis": first}
        if not self.tickets:
            self.tickets = [self._opened() for _ in range(self.chance.randint(1, 2))]
            asking = list(self.tickets)
        else:
            asking = [ticket_id for ticket_id in self.tickets if self._asks(ticket_id)]
        queues = [list(self._answers(ticket_id)) for ticket_id in asking] + [list(self._others())]
        while queues := [left for left in queues if left]:
            self.say(self.chance.choice(queues).pop(0))

    # -- what people ask -----------------------------------------------------------------------------------------------

    def _opened(self) -> str:
        one, other = (self.house.open(self.house.ana).json for _ in range(2))
        self.twins.pair(one["id"], other["id"])
        self.twins.pair(one["pending"]["id"], other["pending"]["id"])
        return str(one["id"])

    def _both(self, who: str, ticket_id: str, action: str, body: Any = None) -> bool:
        """The same is done with the ticket and with its twin; whether both were accepted."""
        one = self.house.post(who, ticket_id, action, body)
        other = self.house.post(self.twins.of(who), self.twins.of(ticket_id), action, self.twins.of(body))
        assert one.status_code == other.status_code, f"{one.text} and, for its twin, {other.text}"
        if one.status_code == 202:
            self.twins.pair(one.json["pending"]["id"], other.json["pending"]["id"])
        return bool(one.status_code == 202)

    def _asks(self, ticket_id: str) -> bool:
        """Somebody asks for what may be asked now; whether it was accepted."""
        standing = self.flow.tickets[ticket_id]
        if ticket_id in self.drafts:
            self.drafts.discard(ticket_id)
            return self._both(self.house.ana, ticket_id, "submit")
        if standing.side == "client":
            return self._asks_as_client(ticket_id, standing.stage)
        if standing.side == "nobody" or standing.holder is None:
            return self._both(self.house.ana, ticket_id, "reopen")
        if standing.holder.queue:
            return self._both(self._member(standing.holder.id), ticket_id, "take")
        return self._asks_as_holder(ticket_id, standing)

    def _asks_as_client(self, ticket_id: str, stage: str) -> bool:
        if stage == "agreement":
            return self._both(self.house.ana, ticket_id, "decision", {"outcome": "approved"})
        if self.happens(0.3):
            other = self.chance.choice([None, *self.tickets])
            duplicate = other if other != ticket_id else None
            return self._both(
                self.house.admin, ticket_id, "cancel", {"reason": "Opened twice", "duplicate_of": duplicate}
            )
        transition = self.chance.choice(WAYS[stage])
        return self._both(self.house.ana, ticket_id, "advance", {"transition": transition, "comment": "As you see"})

    def _asks_as_holder(self, ticket_id: str, standing: Standing) -> bool:
        assert standing.holder is not None
        who, kind = standing.holder.id, self.chance.choice(["advance", "advance", "transfer", "wait", "schedule"])
        if standing.side == "third_party" and standing.stage != "workshop":
            return self._both(who, ticket_id, "resume")
        if kind == "advance" and standing.stage in WAYS:
            transition = self.chance.choice(WAYS[standing.stage])
            return self._both(who, ticket_id, "advance", {"transition": transition, "comment": "Look"})
        if kind == "transfer":
            to = self.chance.choice([self.house.carla, self.house.davi, "queue:finance"])
            return self._both(who, ticket_id, "transfer", {"to": to, "reason": "Yours"})
        if kind == "schedule":
            return self._both(who, ticket_id, "schedule", {"until": UNTIL, "reason": "Later"})
        return self._both(who, ticket_id, "wait", {"party": "The bank", "reason": "They look"})

    def _member(self, queue: str) -> str:
        return self.house.carla if queue == "finance" else self.person

    # -- what is said of it --------------------------------------------------------------------------------------------

    def _answers(self, ticket_id: str) -> Iterator[Event]:
        """What the flow answers, and what clocks do to the ticket then."""
        if self.happens(0.12):
            event: Any = self.flow.refused(ticket_id)
            if event.kind == "submit":
                self.drafts.add(ticket_id)
            yield event
            return
        yield self.flow.answered(ticket_id)
        standing = self.flow.tickets[ticket_id]
        yield from self._clocks(ticket_id, standing)
        if self.happens(0.3):
            yield from self._moves(ticket_id, standing)
            yield from self._clocks(ticket_id, standing)

    def _clocks(self, ticket_id: str, standing: Standing) -> Iterator[Event]:
        common = {"ticket_id": ticket_id, "ordinal": standing.ordinal, "since": standing.since, "by": SYSTEM.id}
        stage, due = StageFacts(code=standing.stage), {"due_at": standing.since}
        if standing.side in ("client", "attendant") and self.happens(0.6):
            yield DueChanged(**common, due_at=standing.since, near_at=None)
        if standing.holder is not None and self.happens(0.2):
            yield DeadlineNear(**common, **due, stage=stage, holder=standing.holder)
            yield DeadlineMissed(**common, **due, stage=stage, holder=standing.holder)
        if standing.side != "nobody" and self.happens(0.2):
            yield Migrated(**common, type="dispute", from_version=1, version=2, stage=stage)

    def _moves(self, ticket_id: str, standing: Standing) -> Iterator[Event]:
        """A clock wakes it, takes it on, or its holder is gone."""
        clock: Any = Clock(ticket_id)
        if standing.side == "nobody":
            if standing.kept is not None:
                yield self._reassigned(standing, asked.ResumeRequested, "wake")
        elif standing.stage in LATER and self.happens(0.5):
            yield self.flow.enter(standing, clock, self.chance.choice(LATER[standing.stage]))
        elif standing.side == "attendant":
            yield self._reassigned(standing, asked.TransferRequested, "holder_gone", to_queue="finance")

    def _reassigned(self, standing: Standing, kind: Any, cause: Any, **facts: Any) -> Event:
        common = {"ticket_id": "", "operation_id": "", "by": SYSTEM.id, "ordinal": standing.ordinal}
        ticket_id = next(id for id, each in self.flow.tickets.items() if each is standing)
        event: Reassigned = self.flow.reassigned(standing, kind(**{**common, "ticket_id": ticket_id}, **facts))
        return replace(event, cause=cause, operation_id=None)

    def _others(self) -> Iterator[Event]:
        """News of people, queues, types, settings and files."""
        yield self.news.person(self.person, profiles=["attendant"])
        yield self.news.queue(self.queue, self.person)
        for _ in range(self.chance.randint(0, 4)):
            yield self.chance.choice(
                [
                    lambda: self.news.person(self.person, profiles=["attendant"]),
                    lambda: self.news.queue(self.queue),
                    lambda: self.news.type(self.type),
                    lambda: CatalogPublished(type=self.type, version=self.chance.randint(1, 9)),
                    lambda: self.news.setting(self.setting),
                    lambda: self.news.profile(self.profile),
                    self._file,
                ]
            )()

    def _file(self) -> Event:
        if self.files and self.happens(0.5):
            return self.news.removed(self.files.pop(), self.house.ana)
        submitted = [ticket_id for ticket_id in self.tickets if ticket_id not in self.drafts]
        if not submitted:
            return self.news.setting(self.setting)
        event = self.news.file(self.chance.choice(submitted), self.house.ana, is_stored=self.happens(0.7))
        if event.name == "attachment.stored":
            self.files.append(event)
        return event
