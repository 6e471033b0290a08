"""A history of the attachments service: tickets with files are deleted, or their clients erased, among other news."""

from __future__ import annotations

from typing import Final

from shared.contracts import Event
from shared.contracts import ticket as t
from tests.service.attachments.world import World
from tests.support.publishers import Publishers
from tests.support.saying import Sayings
from tests.support.simulation import Simulation
from tests.support.twins import AUDITED, PEOPLE, Kept

STORED: Final = """
    INSERT INTO attachments (id, ticket_id, ticket_type, by_id, name, size, sha256, state, parts, created_at)
    VALUES (%s, %s, 'dispute', %s, 'a file', 9, %s, 'stored', '[]', now())"""
COUNTED: Final = """
    INSERT INTO contents (sha256, size, state, reference_count, changed_at) VALUES (%s, 9, 'stored', 1, now())
    ON CONFLICT (sha256) DO UPDATE SET reference_count = contents.reference_count + 1"""


class AttachmentsSimulation(Simulation):
    """Up to five tickets of two people, whose files share three contents."""

    EPOCHS = (1, 2)
    KEPT = (
        Kept("attachments", "id", without=("created_at", "removed_at", "head")),
        Kept("contents", "sha256", "text", without=("changed_at",)),
        Kept("tickets", "id"),
        *PEOPLE,
        Kept("types", "code", "text"),
        AUDITED,
        Kept(
            "outbox",
            "aggregate_id",
            "text",
            without=("id", "occurred_at", "trace"),
            where="word = 'attachment'",
        ),
    )

    def __init__(self, world: World, publishers: Publishers, seed: int) -> None:
        super().__init__(world, publishers, seed)
        self.news = Sayings(self)
        self.people, self.type, self.profile = [self.new(), self.new()], self.new("type-"), self.new("profile-")
        contents = [self.new("content-") for _ in range(3)]
        self.tickets = {self.new(): self.chance.choice(self.people) for _ in range(self.chance.randint(2, 5))}
        for ticket_id, client in self.tickets.items():
            for _ in range(self.chance.randint(0, 3)):
                self._store(self.new(), ticket_id, client, self.chance.choice(contents))

    def _store(self, *names: str) -> None:
        """A file that was stored long ago, and its twin."""
        with self.world.runtime.database.connection() as connection:
            for each in (list(names), self.twins.of(list(names))):
                connection.execute(STORED, each)
                connection.execute(COUNTED, each[-1:])

    def go_on(self) -> None:
        erased = [person for person in self.people if self.happens(0.6)]
        queues = [[self._end(ticket_id, person) for _ in range(2)] for ticket_id, person in self.tickets.items()]
        queues.append([self.news.person(id, erased=id in erased, email=None) for id in self.people])
        queues.append([self.news.type(self.type) for _ in range(self.chance.randint(0, 3))])
        queues.append([self.news.profile(self.profile)])
        while queues := [left for left in queues if left]:
            self.say(self.chance.choice(queues).pop(0))

    def _end(self, ticket_id: str, person: str) -> Event:
        by = self.chance.choice(self.people)
        return self.chance.choice(
            [
                t.Erased(ticket_id=ticket_id, person_id=person, by=by),
                t.Erased(ticket_id=ticket_id, person_id=person, by=by),
                t.Deleted(ticket_id=ticket_id, by=by),
                t.Rated(ticket_id=ticket_id, score=5),
            ]
        )
