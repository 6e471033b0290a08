"""A house's last three months, written into a running system's ticket database: so that reports have what to tell."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from tests.builders import ledger
from tests.builders.ledger import Past, Turn
from tests.support.stack import Stack
from vez.embedded import folder as folders
from vez.embedded import postgres

DAYS = 88
SCORES = (None, None, 5, 5, 5, 4, 4, 3, 2, 1)


@dataclass
class Life:
    """A ticket's turns as they come, each for some hours."""

    chance: random.Random
    at: datetime
    turns: list[Turn] = field(default_factory=list)

    def go(self, stage: str, side: str, holder: str | None, hours: float, cause: str = "entered") -> None:
        self.turns.append(Turn(self.at, stage, side, holder, cause))
        self.at += timedelta(hours=self.chance.expovariate(1 / hours))

    def end(self, stage: str) -> list[Turn]:
        self.turns.append(Turn(self.at, stage, "nobody", None, "finished"))
        return self.turns


def write(vez: Stack, tickets: int = 500) -> None:
    """Write that many tickets of the demonstration's types and people."""
    place = folders.Folder(vez.folder / "data")
    running = folders.find_running(place)
    assert running is not None
    secret = folders.load_secrets(place).superuser
    url = postgres.address(Path(running.sockets), "vez_ticket", postgres.SUPERUSER, secret)
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT email, id::text FROM people WHERE email IS NOT NULL").fetchall()
    people = {str(email).partition("@")[0]: str(id) for email, id in found}
    ledger.write(url, pasts(people, tickets))


def pasts(people: Mapping[str, str], tickets: int) -> Iterator[Past]:
    """Disputes and repairs of the last months; those that have not ended yet are open, some of them late."""
    chance, now = random.Random(5), datetime.now(UTC)
    for _ in range(tickets):
        life = Life(chance, now - timedelta(days=chance.uniform(0, DAYS)))
        type = chance.choice(["billing_dispute"] * 4 + ["equipment_repair"])
        turns = _dispute(life, people) if type == "billing_dispute" else _repair(life, people)
        so_far = [turn for turn in turns if turn.since <= now]
        if len(so_far) == len(turns):
            yield Past(turns=turns, type=type, score=chance.choice(SCORES))
        else:
            due = now + timedelta(hours=chance.uniform(-20, 90))
            yield Past(turns=so_far, type=type, status="open", due_at=due, near_at=due - timedelta(hours=24))


def _dispute(life: Life, people: Mapping[str, str]) -> list[Turn]:
    chance, client, bruno = life.chance, people["ana"], people["bruno"]
    life.go("triage", "attendant", bruno, 9)
    while chance.random() < 0.35:
        life.go("more_information", "client", client, 30)
        life.go("triage", "attendant", bruno, 5)
    if chance.random() < 0.1:
        return life.end("refused")
    who = people[chance.choice(["carla", "carla", "davi", "eva"])]
    life.go("analysis", "attendant", "queue:finance", 6)
    life.go("analysis", "attendant", who, 28, "take")
    if chance.random() < 0.2:
        life.go("approval_board", "attendant", "queue:finance", 20)
    life.go("agreement", "client", client, 20)
    while chance.random() < 0.18:
        life.go("analysis", "attendant", who, 18)
        life.go("agreement", "client", client, 12)
    return life.end("done")


def _repair(life: Life, people: Mapping[str, str]) -> list[Turn]:
    life.go("desk", "attendant", people["bruno"], 6)
    life.go("workshop", "third_party", people["bruno"], 60)
    life.go("check", "client", people["ana"], 14)
    return life.end("done")
