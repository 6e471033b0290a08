"""The unit of work: a verb reads, decides and says what to write; one statement writes it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

import psycopg
from psycopg import errors as pg
from sqlalchemy import MetaData, Table

from shared import audit, telemetry
from shared.contracts import Envelope, Event, encode
from shared.database import Database, Reader
from shared.errors import Conflict, Lost, Missing, PreconditionRequired, Stale, VezError
from shared.ids import SYSTEM, Actor, new_id
from shared.transaction.writes import AggregateWrite, OutboxRow, UpdateWrite, Writes, statement

R = TypeVar("R")
Expected = int | Literal["*"] | None
ATTEMPTS = 5


class Repeated(Exception):
    """The Idempotency-Key was used before: its answer is stored."""


@dataclass(frozen=True, slots=True)
class Store:
    """A service's tables: which table numbers the events of which aggregate word, and those of the backbone."""

    service: str
    metadata: MetaData
    aggregates: Mapping[str, Table]

    def table(self, name: str) -> Table:
        """A table by name."""
        return self.metadata.tables[name]


class Transaction(Reader):
    """What a verb gets: reads at once, writes collected. Nothing is written before the verb has returned."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        store: Store,
        actor: Actor = SYSTEM,
        *,
        cause: Envelope | None = None,
        expected: Expected = "*",
    ) -> None:
        super().__init__(connection)
        self.store = store
        self.actor = actor
        self.cause = cause
        self.expected = expected
        self.writes = Writes()
        self.envelopes: list[Envelope] = []
        self.rings: list[tuple[str, str]] = []
        self.wakes: set[str] = set()
        self.vain: frozenset[tuple[str, str]] = frozenset()

    def miss(self, kind: str, id: str) -> None:
        """Say that a replica lacks something. Raises Missing, unless it was asked for in vain: then it is nowhere."""
        if (kind, id) not in self.vain:
            raise Missing(kind, id)

    # -- rows ---------------------------------------------------------------------------------------------------

    def insert(self, table: Table, values: Mapping[str, Any]) -> None:
        """Add a row."""
        self.writes.insert(table, values)

    def upsert(self, table: Table, values: Mapping[str, Any], *, newer: str | None = None) -> None:
        """Add a row, or set these columns of the one with its primary key; with `newer` only if that is greater."""
        key = tuple(str(values[c.name]) for c in table.primary_key.columns)
        self.writes.upserts[(table.name, *key)] = (table, newer, dict(values))

    def update(
        self,
        table: Table,
        key: Mapping[str, Any],
        values: Mapping[str, Any],
        *,
        expect: Mapping[str, Any] | None = None,
        must: bool = True,
    ) -> None:
        """Change the row with `key`, if its columns are still as in `expect`; touching none is a loss when `must`."""
        place = (table.name, *(str(v) for v in key.values()))
        present = self.writes.updates.get(place)
        if present is not None:
            present.values.update(values)
            present.expect.update(expect or {})
            return
        self.writes.updates[place] = UpdateWrite(table, dict(key), dict(values), dict(expect or {}), must)

    def delete(self, table: Table, key: Mapping[str, Any]) -> None:
        """Remove the rows with `key`."""
        self.writes.deletes[(table.name, *(f"{k}={v}" for k, v in key.items()))] = (table, dict(key))

    # -- aggregates ---------------------------------------------------------------------------------------------

    def create(self, table: Table, values: Mapping[str, Any]) -> None:
        """Make an aggregate's row: version 1, its events numbered from 1."""
        id = str(values[next(iter(table.primary_key.columns)).name])
        write = self._write_of(table, id)
        write.created = True
        write.values = {**values, **write.values}

    def change(self, table: Table, id: str, values: Mapping[str, Any], *, version: int | None = None) -> None:
        """Change an aggregate's row. With `version` only if it is still that, and it is raised by one."""
        write = self.writes.aggregates.get((table.name, id))
        if write is None:
            write = self.writes.aggregates[(table.name, id)] = AggregateWrite(table, id, False, {})
        write.values.update(values)
        write.version = version if version is not None else write.version

    def emit(self, event: Event) -> None:
        """Say `event`: numbered and stored with this change, published after its commit."""
        table = self.store.aggregates[event.word]
        write = self._write_of(table, event.aggregate_id)
        write.event_count += 1
        envelope = Envelope(
            id=new_id(),
            name=event.name,
            v=event.v,
            occurred_at=self.now,
            aggregate_id=event.aggregate_id,
            sequence=0,
            actor_id=self.actor.id,
            causation_id=self.cause.id if self.cause else None,
            trace=telemetry.trace(),
            payload=encode(event),
        )
        self.envelopes.append(envelope)
        values = {
            "id": envelope.id,
            "name": envelope.name,
            "v": envelope.v,
            "word": envelope.word,
            "aggregate_id": envelope.aggregate_id,
            "occurred_at": envelope.occurred_at,
            "actor_id": envelope.actor_id,
            "causation_id": envelope.causation_id,
            "trace": envelope.trace,
            "payload": envelope.payload,
        }
        self.writes.outbox.append(OutboxRow(table, values, envelope.aggregate_id, write.event_count))

    def audit(self, word: str, aggregate_id: str, action: str, detail: Mapping[str, Any]) -> None:
        """Chain an audit entry about an aggregate: at most one of each in a verb."""
        write = self._write_of(self.store.aggregates[word], aggregate_id)
        write.audit = audit.entry(word, aggregate_id, self.now, self.actor.id, action, detail)

    def _write_of(self, table: Table, id: str) -> AggregateWrite:
        if (table.name, id) not in self.writes.aggregates:
            self.change(table, id, {})
        return self.writes.aggregates[(table.name, id)]

    # -- after the commit ---------------------------------------------------------------------------------------

    def ring(self, kind: str, id: str) -> None:
        """After the commit, call this service's work of `kind` for `id` through the broker."""
        self.rings.append((kind, id))

    def wake(self, timer: str) -> None:
        """After the commit, wake that timer of this process."""
        self.wakes.add(timer)

    # -- the order of checks --------------------------------------------------------------------------------------

    def in_order(
        self,
        *,
        forbidden: VezError | None = None,
        conflict: VezError | None = None,
        version: int | None = None,
        moves: bool = True,
    ) -> None:
        """Raise the first that holds: forbidden (403), If-Match missing (428), conflict (409), stale (412).

        `moves`: this changes, moves or ends the thing, so the caller must say which version it saw. What follows in a
        verb is 422 of content. Source: architecture page, *HTTP conventions*.
        """
        if forbidden is not None:
            raise forbidden
        if moves and self.expected is None:
            raise PreconditionRequired("Say which version you saw: send its ETag as If-Match")
        if conflict is not None:
            raise conflict
        if moves and version is not None and self.expected not in ("*", version):
            raise Stale("This has changed since you saw it. Look at it again before you change it")


@dataclass(slots=True)
class Committed:
    """What a commit leaves to do: envelopes to publish, bells to ring, timers to wake."""

    envelopes: list[Envelope]
    rings: list[tuple[str, str]]
    wakes: set[str]


def flush(
    connection: psycopg.Connection[Any], store: Store, writes: Writes, envelopes: list[Envelope]
) -> list[Envelope]:
    """Send `writes` as one statement; the envelopes come back numbered.

    Raises Lost when a guard touched no row or a unique row was there already, Repeated for a used Idempotency-Key.
    """
    if writes.is_empty():
        return []
    tables = store.metadata.tables
    sql, parameters = statement(writes, tables["outbox"], tables["audit_log"], tables["audit_details"])
    try:
        row = connection.execute(sql, parameters).fetchone()
    except pg.DivisionByZero as error:
        raise Lost("a guarded write touched no row") from error
    except pg.UniqueViolation as error:
        if error.diag.table_name == "idempotency_keys":
            raise Repeated from error
        raise Lost(f"a row is there already: {error.diag.constraint_name}") from error
    if not envelopes:
        return []
    numbers = dict(row.numbered)  # type: ignore[union-attr]
    return [replace(e, sequence=numbers[e.id]) for e in envelopes]


class Units:
    """Runs verbs of one service in one process: opens, runs, commits, hands on. Nobody else commits."""

    def __init__(self, database: Database, store: Store, hand_on: Callable[[Committed], None]) -> None:
        self.database = database
        self.store = store
        self.hand_on = hand_on

    def run(
        self,
        verb: Callable[[Transaction], R],
        *,
        actor: Actor | Callable[[Reader], Actor] = SYSTEM,
        expected: Expected = "*",
        seal: Callable[[Transaction, R], None] | None = None,
    ) -> R:
        """Run `verb` and commit what it wrote; again from its read when somebody was faster, up to 5 times.

        `seal` adds writes that depend on the result (the idempotent answer). Raises what the verb raises, Conflict when
        all attempts lost, Repeated for a used Idempotency-Key.
        """
        for _ in range(ATTEMPTS):
            try:
                return self._attempt(verb, actor, expected, seal)
            except (Lost, pg.SerializationFailure, pg.DeadlockDetected):
                telemetry.LOST.labels(self.store.service).inc()
        raise Conflict("Others are changing this at the same time. Try again", type="busy")

    def _attempt(
        self,
        verb: Callable[[Transaction], R],
        actor: Actor | Callable[[Reader], Actor],
        expected: Expected,
        seal: Callable[[Transaction, R], None] | None,
    ) -> R:
        with self.database.connection() as connection:
            tx = Transaction(connection, self.store, expected=expected)
            tx.actor = actor if isinstance(actor, Actor) else actor(tx)
            result = verb(tx)
            if seal is not None:
                seal(tx, result)
            telemetry.crash_point("before_commit")
            numbered = flush(connection, self.store, tx.writes, tx.envelopes)
            telemetry.crash_point("after_commit")
        telemetry.COMMITS.labels(self.store.service).inc()
        if numbered or tx.rings or tx.wakes:
            self.hand_on(Committed(numbered, tx.rings, tx.wakes))
        return result
