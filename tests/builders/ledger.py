"""Turn ledgers written straight into a ticket service's tables: histories with instants of their own."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg

from shared.ids import new_id

MONDAY: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
ENDED: Final = ("concluded", "cancelled", "deleted")


@dataclass(frozen=True, slots=True)
class Turn:
    """A beginning of the ledger. `holder`: a person's id or queue:CODE."""

    since: datetime
    stage: str
    side: str = "attendant"
    holder: str | None = None
    cause: str = "entered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A ticket and its ledger."""

    turns: Sequence[Turn]
    type: str = "dispute"
    status: str = "concluded"
    score: int | None = None
    due_at: datetime | None = None
    near_at: datetime | None = None
    id: str = field(default_factory=new_id)

    @property
    def last(self) -> Turn:
        return self.turns[-1]


def write(url: str, tickets: Iterable[Past]) -> None:
    """Write these tickets, their ledgers, who held them and their ratings."""
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor, connection.transaction():
        for ticket in tickets:
            cursor.execute(TICKET, _ticket(ticket))
            rows = [_turn(ticket, ordinal, turn) for ordinal, turn in enumerate(ticket.turns, start=1)]
            cursor.executemany(TURN, rows)
            held = {turn.holder for turn in ticket.turns if turn.holder and turn.side != "client"}
            cursor.executemany(HOLDER, [(ticket.id, holder) for holder in sorted(held)])
            if ticket.score is not None:
                cursor.execute(RATING, (ticket.id, ticket.score, ticket.id, ticket.last.since))


TICKET: Final = """
    INSERT INTO tickets (id, number, type, flow_version, subject, status, priority, client_id, author_id, parameters,
        stage, stage_kind, turn_side, turn_ordinal, turn_since, holder_person_id, holder_queue, last_attendant_id,
        due_at, near_at, created_at, updated_at, submitted_at, ended_at)
    VALUES (%(id)s, %(number)s, %(type)s, 1, 'x', %(status)s, 'normal', %(id)s, %(id)s, '{}', %(stage)s, %(kind)s,
        %(side)s, %(ordinal)s, %(since)s, %(person)s, %(queue)s, %(attendant)s, %(due_at)s, %(near_at)s, %(began)s,
        %(since)s, %(began)s, %(ended)s)"""
TURN: Final = """
    INSERT INTO turns (ticket_id, ordinal, since, side, holder_person_id, holder_queue, stage, cause, by_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"""
HOLDER: Final = "INSERT INTO holders (ticket_id, holder) VALUES (%s, %s)"
RATING: Final = "INSERT INTO ratings (ticket_id, score, by_id, created_at) VALUES (%s, %s, %s, %s)"


def _ticket(ticket: Past) -> dict[str, Any]:
    last, is_over = ticket.last, ticket.status in ENDED
    person, queue = _held(last.holder)
    attendants = [
        t.holder for t in ticket.turns if t.side != "client" and t.holder and not t.holder.startswith("queue:")
    ]
    return {
        "id": ticket.id,
        "number": ticket.id,
        "type": ticket.type,
        "status": ticket.status,
        "stage": last.stage,
        "kind": "terminal" if is_over else "ordinary",
        "side": last.side,
        "ordinal": len(ticket.turns),
        "since": last.since,
        "person": person,
        "queue": queue,
        "attendant": attendants[-1] if attendants else None,
        "due_at": ticket.due_at,
        "near_at": ticket.near_at,
        "began": ticket.turns[0].since,
        "ended": last.since if is_over else None,
    }


def _turn(ticket: Past, ordinal: int, turn: Turn) -> tuple[Any, ...]:
    return (ticket.id, ordinal, turn.since, turn.side, *_held(turn.holder), turn.stage, turn.cause, ticket.id)


def _held(holder: str | None) -> tuple[str | None, str | None]:
    if holder is None:
        return None, None
    return (None, holder.removeprefix("queue:")) if holder.startswith("queue:") else (holder, None)


STAGES: Final = ("triage", "analysis", "more", "agreement", "workshop")
SIDES: Final = {"more": "client", "agreement": "client", "workshop": "third_party"}


def random_pasts(seed: int, count: int, people: Sequence[str], *, begin: datetime = MONDAY) -> Iterator[Past]:
    """Tickets that wander through the stages, change hands in them, and end, some of them from outside the flow."""
    chance = random.Random(seed)
    for _ in range(count):
        yield _random_past(chance, [*people, "queue:finance"], begin + timedelta(minutes=chance.randrange(40_000)))


def _random_past(chance: random.Random, holders: Sequence[str], at: datetime) -> Past:
    client, turns = new_id(), []
    for _ in range(chance.randint(1, 7)):
        stage = chance.choice(STAGES)
        side = SIDES.get(stage, "attendant")
        turns.append(Turn(at, stage, side, client if side == "client" else chance.choice(holders)))
        at += timedelta(seconds=chance.randint(0, 400_000))
        while side == "attendant" and chance.random() < 0.4:
            turns.append(_inside(chance, at, stage, holders))
            at += timedelta(seconds=chance.randint(0, 90_000))
    status = chance.choice(("concluded", "concluded", "concluded", "cancelled", "deleted", "open"))
    if status == "open":
        return Past(turns=turns, status=status)
    outside = status != "concluded" and chance.random() < 0.5
    turns.append(Turn(at, turns[-1].stage if outside else "done", "nobody", None, "finished"))
    score = chance.choice((None, 1, 3, 5)) if status == "concluded" else None
    return Past(turns=turns, status=status, score=score)


def _inside(chance: random.Random, at: datetime, stage: str, holders: Sequence[str]) -> Turn:
    cause = chance.choice(("transfer", "take", "schedule", "wait"))
    if cause == "schedule":
        return Turn(at, stage, "nobody", None, cause)
    return Turn(at, stage, "third_party" if cause == "wait" else "attendant", chance.choice(holders), cause)
