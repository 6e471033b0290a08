"""A history of the notify service: what is said of a few tickets, their flows, files and people, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from services.notify import commands
from services.notify.rules import chat
from shared.contracts import Event
from shared.contracts import ticket as t
from shared.contracts import workflow as w
from shared.contracts.every import InboxParked
from shared.contracts.identity import LinkMade
from shared.ids import SYSTEM
from tests.service.notify.world import AGREEMENT, DONE, MORE, TRIAGE, World
from tests.support.publishers import Publishers
from tests.support.saying import Sayings
from tests.support.simulation import Simulation
from tests.support.twins import CATALOG, PEOPLE, Kept

AT: Final = datetime(2030, 1, 1, tzinfo=UTC)
WHOLE: Final = "^(queue|type|setting)[.]"
"""Of what carries the whole of its subject only the newest is surely heard: a webhook may hear of that alone."""
INSTANTS: Final = ("due_at", "next_try_at", "sent_at", "created_at")


def furnish(world: World) -> None:
    """An administrator, a webhook that hears of everything, and a chat room that is told of everything."""
    world.administrator()
    room = {"name": "Desk", "url": "json://127.0.0.1:1/", "address": "json://127.0.0.1:1", "kinds": list(chat.KINDS)}
    with_all = {**room, "queue": None, "language": "en"}
    world.runtime.run(lambda tx: commands.make_webhook(tx, SYSTEM, "http://127.0.0.1:1/", ["*"]))
    world.runtime.run(lambda tx: commands.make_chat_room(tx, SYSTEM, with_all))


class NotifySimulation(Simulation):
    """What hangs on whose turn it is (a public message, a rating, an end of all words) is said once that was heard."""

    EPOCHS = (2, 3)
    KEPT = (
        Kept("notices", "id", where=f"t.event !~ '{WHOLE}'"),
        Kept(
            "deliveries",
            "event_id",
            without=("id", *INSTANTS),
            where=f"NOT EXISTS (SELECT FROM notices n WHERE n.id = t.event_id AND n.event ~ '{WHOLE}')",
        ),
        Kept("stream_events", "ticket_id", without=("id",)),
        Kept("tickets", "id", without=("sequence",)),
        *PEOPLE,
        *CATALOG,
    )

    def __init__(self, world: World, publishers: Publishers, seed: int) -> None:
        super().__init__(world, publishers, seed)
        self.news = Sayings(self)
        self.client, self.attendants = self.new(), [self.new() for _ in range(3)]
        self.queue, self.type = self.new("queue-"), self.new("type-")
        self.setting, self.profile = self.new("setting-"), self.new("profile-")
        self.guardian, self.superior, self.substitute = (self.new() for _ in range(3))
        self.everybody = [self.client, *self.attendants, self.guardian, self.superior, self.substitute]
        self.standing: dict[str, dict[str, Any]] = {
            self.client: {"guardians": [self.guardian]},
            self.attendants[0]: {"mail": False},
        }
        self.standing[self.attendants[1]] = {"superior_id": self.superior}
        self.standing[self.attendants[2]] = {"absent": True, "substitute_id": self.substitute}
        self.tickets = [self.new() for _ in range(self.chance.randint(1, 2))]
        self.ordinals = dict.fromkeys(self.tickets, 0)
        self.holders: dict[str, w.Holder | None] = dict.fromkeys(self.tickets)

    def go_on(self) -> None:
        if self.epoch == 0:
            self.say(*(self._person(id) for id in self.everybody))
            self.say(self.news.queue(self.queue, *self.attendants[:2]))
            self.say(*(self._submission(ticket_id) for ticket_id in self.tickets))
            queues = [list(self._flow(ticket_id)) for ticket_id in self.tickets]
        else:
            queues = [[self._upon_all(ticket_id)] for ticket_id in self.tickets]
        queues.append([self._other() for _ in range(self.chance.randint(1, 5))])
        while queues := [left for left in queues if left]:
            self.say(self.chance.choice(queues).pop(0))

    # -- of tickets ----------------------------------------------------------------------------------------------------

    def _submission(self, ticket_id: str) -> Event:
        facts: dict[str, Any] = {"ticket_id": ticket_id, "operation_id": self.new(), "by": self.client, "ordinal": 0}
        named: dict[str, Any] = {
            "number": "2026-000001",
            "subject": "Twice",
            "client_id": self.client,
            "type": self.type,
        }
        return t.SubmitRequested(**facts, **named, version=1)

    def _upon_all(self, ticket_id: str) -> Event:
        """What is said of a ticket once all that was said before was heard."""
        by = self.chance.choice([self.client, *self.attendants])
        return self.chance.choice(
            [
                t.Commented(ticket_id=ticket_id, message_id=self.new(), author_id=by, visibility="public"),
                t.Rated(ticket_id=ticket_id, score=self.chance.randint(1, 5)),
                t.Deleted(ticket_id=ticket_id, by=by),
                t.Erased(ticket_id=ticket_id, person_id=self.client, by=by),
            ]
        )

    def _other(self) -> Event:
        ticket_id, by = self.chance.choice(self.tickets), self.chance.choice(self.attendants)
        one: dict[str, Any] = {"ticket_id": ticket_id}
        kinds: list[Callable[[], Event]] = [
            lambda: t.SubjectChanged(**one, subject=f"Subject {self.chance.randint(1, 99)}"),
            lambda: t.ParametersChanged(**one, codes=["amount"]),
            lambda: t.PriorityChanged(**one, priority="high", by=by),
            lambda: t.TimeLogged(**one, entry_id=self.new(), minutes=5, by=by),
            lambda: t.UnderstandingWritten(**one, understanding_id=self.new(), version=1, author_id=by),
            lambda: t.Shared(**one, person_id=self.chance.choice(self.attendants), expires_at=AT, by=by),
            lambda: t.Commented(
                **one, message_id=self.new(), author_id=by, visibility="internal", mentions=self.attendants[:2]
            ),
            lambda: self.news.file(ticket_id, by, is_stored=self.happens(0.5)),
            lambda: self._person(self.chance.choice(self.everybody)),
            lambda: self.news.queue(self.queue, *self.attendants[:2]),
            lambda: self.news.type(self.type),
            lambda: self.news.setting(self.setting),
            lambda: self.news.profile(self.profile),
            lambda: LinkMade(link_id=self.new(), person_id=by, purpose="password", expires_at=AT),
            lambda: InboxParked(event_id=self.new(), service="ticket", event_name="x", subject_id=ticket_id),
        ]
        if self.epoch:  # whose words were forgotten says nothing more
            kinds = kinds[8:]
        return self.chance.choice(kinds)()

    def _person(self, id: str) -> Event:
        return self.news.person(id, **self.standing.get(id, {}))

    # -- of flows ------------------------------------------------------------------------------------------------------

    def _flow(self, ticket_id: str) -> Iterator[Event]:
        for _ in range(self.chance.randint(1, 4)):
            yield self._step(ticket_id)

    def _step(self, ticket_id: str) -> Event:
        common: dict[str, Any] = {
            "ticket_id": ticket_id,
            "since": AT,
            "by": self.chance.choice([SYSTEM.id, *self.attendants]),
        }
        common |= {"ordinal": self.ordinals[ticket_id], "operation_id": self.chance.choice([None, self.new()])}
        if self.happens(0.4) and self.ordinals[ticket_id]:
            return self._aside(common, self.holders[ticket_id])
        self.ordinals[ticket_id] += 1
        common["ordinal"] += 1
        before = self.holders[ticket_id]
        if self.happens(0.15):
            self.holders[ticket_id] = None
            return w.Finished(**common, status="concluded", transition="end", stage=DONE, holder_before=before)
        stage, side, after = self._turn()
        self.holders[ticket_id] = after
        facts: dict[str, Any] = {"stage": stage, "side": side, "holder_before": before, "holder_after": after}
        facts["fallback_reason"] = self.chance.choice([None, None, None, "nobody"])
        if self.happens(0.4):
            return w.Reassigned(**common, **facts, cause=self.chance.choice(["transfer", "take", "wake"]))
        approvers = self.attendants[1:] if stage.kind == "approval" else []
        return w.StageEntered(**common, **facts, transition="on", approvers=approvers)

    def _turn(self) -> tuple[w.StageFacts, Any, w.Holder]:
        attendant = w.Holder(id=self.chance.choice(self.attendants))
        turns: list[tuple[w.StageFacts, Any, w.Holder]] = [
            (TRIAGE, "attendant", attendant),
            (TRIAGE, "attendant", w.Holder(id=self.queue, queue=True)),
            (MORE, "client", w.Holder(id=self.client)),
            (AGREEMENT, "attendant", w.Holder(id=self.queue, queue=True)),
            (MORE, "third_party", attendant),
        ]
        return self.chance.choice(turns)

    def _aside(self, common: dict[str, Any], holder: w.Holder | None) -> Event:
        """What a flow says without a new turn."""
        facts: dict[str, Any] = {"due_at": AT, "stage": TRIAGE, "holder": holder}
        refusal: dict[str, Any] = {
            "kind": self.chance.choice(["submit", "advance"]),
            "type": "not-your-turn",
            "message": "No",
        }
        return self.chance.choice(
            [
                w.DueChanged(**common, due_at=AT),
                w.DeadlineNear(**common, **facts),
                w.DeadlineMissed(**common, **facts),
                w.DecisionRecorded(**common, outcome="approved", approvers=self.attendants[:1]),
                w.Migrated(**common, type=self.type, from_version=1, version=2, stage=TRIAGE),
                w.Refused(**common, **refusal),
            ]
        )
