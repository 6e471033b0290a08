"""The inbox's rules and SQL: what to do with an event, given what was applied; how its fate is written."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import msgspec
import psycopg

from shared import clock
from shared.contracts import Envelope, encode, envelope_from_wire, envelope_to_wire
from shared.contracts.every import InboxParked
from shared.contracts.topology import WHOLE
from shared.errors import Lost
from shared.ids import SYSTEM, new_id
from shared.transaction import Store, Writes

LOCK = """
    INSERT INTO applied (word, aggregate_id, applied)
    SELECT word, aggregate_id, 0 FROM unnest(%s::text[], %s::text[]) AS k(word, aggregate_id) ORDER BY 1, 2
    ON CONFLICT (word, aggregate_id) DO UPDATE SET applied = applied.applied
    RETURNING word, aggregate_id, applied, clock_timestamp() AS now"""
NEXT_WAITING = """
    SELECT i.envelope FROM unnest(%s::text[], %s::text[]) AS k(word, aggregate_id)
    JOIN applied a ON (a.word, a.aggregate_id) = (k.word, k.aggregate_id)
    JOIN inbox i ON (i.word, i.aggregate_id) = (a.word, a.aggregate_id) AND i.sequence = a.applied + 1
    WHERE i.state = 'waiting'"""
STORED = "SELECT id, state, tries FROM inbox WHERE id = ANY(%s::uuid[])"
OTHER = "SELECT id FROM inbox WHERE word = %s AND aggregate_id = %s AND sequence = %s AND id <> %s"
ATTEMPT = """
    INSERT INTO attempts (event_id, tries, last_at) VALUES (%s, 1, clock_timestamp())
    ON CONFLICT (event_id) DO UPDATE SET tries = attempts.tries + 1, last_at = clock_timestamp() RETURNING tries"""
LOSSES = 5
LOST = (Lost, psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)


class Step(Enum):
    """What to do with an event that came."""

    RUN = "run"
    DROP = "drop"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a handler failed, after how many tries, and whether trying again can help."""

    reason: str
    tries: int
    is_final: bool


def step(word: str, sequence: int, applied: int) -> Step:
    """Whether an event is next, was applied already, or must wait for others (architecture page, *Inbox*)."""
    if sequence <= applied:
        return Step.DROP
    if word in WHOLE or sequence == applied + 1:
        return Step.RUN
    return Step.WAIT


def next_try(now: datetime, tries: int) -> datetime:
    """When a failed event is tried again: after 1 s doubling to 30 s, jittered by half."""
    base = min(30.0, 2.0 ** (tries - 1))
    return now + timedelta(seconds=base * random.uniform(0.5, 1.0))


@dataclass(frozen=True, slots=True)
class Known:
    """What the inbox knows of a batch's events, read under the locks of their aggregates."""

    now: datetime
    applied: dict[tuple[str, str], int]
    stored: dict[str, tuple[str, int]]


def lock(connection: psycopg.Connection[Any], envelopes: Sequence[Envelope]) -> Known:
    """Lock the applied rows of the events' aggregates, in one order for everybody, then read what is known of them."""
    keys = sorted({(e.word, e.aggregate_id) for e in envelopes})
    locked = connection.execute(LOCK, ([k[0] for k in keys], [k[1] for k in keys]))
    stored = connection.execute(STORED, ([e.id for e in envelopes],))
    rows = locked.fetchall()
    return Known(
        now=rows[0].now + clock.offset(),
        applied={(r.word, r.aggregate_id): r.applied for r in rows},
        stored={r.id: (r.state, r.tries) for r in stored.fetchall()},
    )


def write_done(writes: Writes, store: Store, envelope: Envelope, now: datetime, *, keep: bool) -> None:
    """The event took effect: its id is kept (`keep`: it has a handler here), and `applied` moves to it."""
    if keep:
        _put(writes, store, envelope, now, state="done", envelope=None, error=None, next_try_at=None)
    write_applied(writes, store, envelope)


def write_passed(writes: Writes, store: Store, envelope: Envelope, *, waited: bool) -> None:
    """The event is nothing to this reader: `applied` moves to it, and the row in which it `waited` goes."""
    table = store.table("inbox")
    if waited:
        writes.deletes[(table.name, envelope.id)] = (table, {"id": envelope.id})
    write_applied(writes, store, envelope)


def write_applied(writes: Writes, store: Store, envelope: Envelope) -> None:
    """Move `applied` to the event's number. The row is locked, so nothing else moves it meanwhile."""
    key = (store.table("applied").name, envelope.word, envelope.aggregate_id)
    values = {"word": envelope.word, "aggregate_id": envelope.aggregate_id, "applied": envelope.sequence}
    writes.upserts[key] = (store.table("applied"), "applied", values)


def write_waiting(writes: Writes, store: Store, envelope: Envelope, now: datetime) -> None:
    """The event came too early: it waits for those before it."""
    _put(writes, store, envelope, now, state="waiting", envelope=envelope_to_wire(envelope))


def write_failed(writes: Writes, store: Store, envelope: Envelope, now: datetime, failure: Failure, limit: int) -> bool:
    """The handler failed: due again later, or parked. Returns whether it was parked; administrators are then told."""
    parked = failure.is_final or failure.tries >= limit
    _put(
        writes,
        store,
        envelope,
        now,
        state="parked" if parked else "due",
        envelope=envelope_to_wire(envelope),
        tries=failure.tries,
        error=failure.reason[:2000],
        next_try_at=None if parked else next_try(now, failure.tries),
        parked_count=1 if parked else 0,
    )
    if parked and envelope.name != InboxParked.name:
        _say_parked(writes, store, envelope, now)
    return parked


def _put(writes: Writes, store: Store, event: Envelope, now: datetime, **values: Any) -> None:
    table = store.table("inbox")
    row = {
        "id": event.id,
        "word": event.word,
        "aggregate_id": event.aggregate_id,
        "sequence": event.sequence,
        "name": event.name,
        "received_at": now,
        **values,
    }
    writes.upserts[(table.name, event.id)] = (table, None, row)


def _say_parked(writes: Writes, store: Store, envelope: Envelope, now: datetime) -> None:
    """Emit inbox.parked. Each parking is an aggregate of its own, so that its number is 1 and nothing is counted."""
    parking = new_id()
    event = InboxParked(
        event_id=parking, service=store.service, event_name=envelope.name, subject_id=envelope.aggregate_id
    )
    writes.insert(
        store.table("outbox"),
        {
            "id": parking,
            "name": event.name,
            "v": event.v,
            "word": event.word,
            "aggregate_id": parking,
            "sequence": 1,
            "occurred_at": now,
            "actor_id": SYSTEM.id,
            "causation_id": envelope.id,
            "trace": envelope.trace,
            "payload": encode(event),
        },
    )


def write_dead(writes: Writes, store: Store, envelope: Envelope, now: datetime, reason: str) -> None:
    """Keep an event that has no place in the inbox: its number is another event's."""
    row = {"id": new_id(), "received_at": now, "reason": reason, "headers": {"id": envelope.id}}
    writes.insert(store.table("dead_letters"), row | {"body": msgspec.json.encode(envelope).decode()})


def stored_envelope(wire: Any) -> Envelope:
    """The envelope of an inbox row."""
    return envelope_from_wire(wire)
