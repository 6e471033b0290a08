"""PostgreSQL: naming convention, column types, compiled statements, the pool, and the tables of the backbone.

Statements are written once as SQLAlchemy Core constructs over the models' tables, compiled at import and run on
psycopg: the client's share of a command falls to a third of the ORM's. Rows come back as named tuples; ids are text,
instants aware datetimes in UTC, JSONB plain values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import namedtuple_row
from psycopg.types.json import set_json_loads
from psycopg.types.string import TextLoader
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.elements import ClauseElement

from shared import clock
from shared.errors import Retryable

Bytes = LargeBinary
Json = JSONB

DIALECT = PGDialect_psycopg()
PREPARED = 400
"""Statements that a connection keeps prepared; a worker's batches have some hundred shapes."""
FETCHED = 2000
"""Rows that a stream fetches at once."""
UNREACHABLE = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
"""What psycopg raises when the server cannot be reached or stops answering."""
OVERTAKEN = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
"""Operational errors to psycopg too, but the server answers: somebody was faster, and the unit of work runs again."""


def Id() -> UUID[str]:  # noqa: N802 - reads as a type in a table's definition
    """A uuid column, read and written as text."""
    return UUID(as_uuid=False)


def Instant() -> DateTime:  # noqa: N802
    """A timestamptz column; UTC by the connection's time zone."""
    return DateTime(timezone=True)


def new_metadata() -> MetaData:
    """A service's metadata, with the one naming convention of constraints."""
    return MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def closed(column: str, *values: str) -> CheckConstraint:
    """A check that `column` holds one of `values`: a closed set."""
    listed = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def aggregate_columns() -> list[Column[Any]]:
    """The columns of an aggregate's row: its version, its event numbers, and the head of its audit chain."""
    return [
        Column("version", Integer, nullable=False, server_default=text("1")),
        Column("sequence", BigInteger, nullable=False, server_default=text("0")),
        Column("head", LargeBinary, nullable=False, server_default=text("''::bytea")),
        Column("audit_count", BigInteger, nullable=False, server_default=text("0")),
    ]


def add_backbone(metadata: MetaData) -> None:
    """Add the tables that every service has: outbox, inbox, applied, feeds, idempotency keys, dead letters, audit."""
    _outbox(metadata)
    _inbox(metadata)
    Table(
        "idempotency_keys",
        metadata,
        Column("person_id", Id(), primary_key=True),
        Column("path", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", Text, nullable=False),
        Column("answer", Json, nullable=False),
        Column("created_at", Instant(), nullable=False),
        Index("ix_idempotency_keys_created_at", "created_at"),
    )
    Table(
        "audit_log",
        metadata,
        Column("id", Id(), primary_key=True),
        Column("word", Text, nullable=False),
        Column("aggregate_id", Text, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("at", Instant(), nullable=False),
        Column("actor_id", Id(), nullable=False),
        Column("action", Text, nullable=False),
        Column("detail_digest", LargeBinary, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("head", LargeBinary, nullable=False),
        UniqueConstraint("word", "aggregate_id", "position"),
        Index("ix_audit_log_at", "at"),
    )
    Table(
        "audit_details",
        metadata,
        Column("id", Id(), primary_key=True),
        Column("salt", LargeBinary, nullable=False),
        Column("detail", Json, nullable=False),
    )


def _outbox(metadata: MetaData) -> None:
    Table(
        "outbox",
        metadata,
        Column("id", Id(), primary_key=True),
        Column("name", Text, nullable=False),
        Column("v", Integer, nullable=False),
        Column("word", Text, nullable=False),
        Column("aggregate_id", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("occurred_at", Instant(), nullable=False),
        Column("actor_id", Id(), nullable=False),
        Column("causation_id", Id()),
        Column("trace", Text),
        Column("payload", Json, nullable=False),
        Column("leased_until", Instant()),
        Column("sent_at", Instant()),
        UniqueConstraint("word", "aggregate_id", "sequence"),
        Index("ix_outbox_unsent", "id", postgresql_where=text("sent_at IS NULL")),
        Index("ix_outbox_sent_at", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
    )


def _inbox(metadata: MetaData) -> None:
    Table(
        "inbox",
        metadata,
        Column("id", Id(), primary_key=True),
        Column("word", Text, nullable=False),
        Column("aggregate_id", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("name", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("tries", Integer, nullable=False, server_default=text("0")),
        Column("next_try_at", Instant()),
        Column("error", Text),
        Column("envelope", Json),
        Column("received_at", Instant(), nullable=False),
        Column("parked_count", BigInteger, nullable=False, server_default=text("0")),
        closed("state", "done", "waiting", "due", "parked", "discarded"),
        UniqueConstraint("word", "aggregate_id", "sequence"),
        Index("ix_inbox_due", "next_try_at", postgresql_where=text("state = 'due'")),
        Index("ix_inbox_waiting", "word", "aggregate_id", "sequence", postgresql_where=text("state = 'waiting'")),
        Index("ix_inbox_parked", "id", postgresql_where=text("state = 'parked'")),
        Index("ix_inbox_received_at", "received_at"),
    )
    Table(
        "applied",
        metadata,
        Column("word", Text, primary_key=True),
        Column("aggregate_id", Text, primary_key=True),
        Column("applied", BigInteger, nullable=False),
    )
    Table(
        "feeds",
        metadata,
        Column("publisher", Text, primary_key=True),
        Column("checked_until", Instant(), nullable=False),
        Column("newest_at", Instant()),
        Column("arrived_at", Instant()),
        Column("leased_until", Instant()),
    )
    Table(
        "attempts",
        metadata,
        Column("event_id", Id(), primary_key=True),
        Column("tries", Integer, nullable=False),
        Column("last_at", Instant(), nullable=False),
    )
    Table(
        "dead_letters",
        metadata,
        Column("id", Id(), primary_key=True),
        Column("received_at", Instant(), nullable=False),
        Column("reason", Text, nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", Text, nullable=False),
    )


PLANS: Final = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off"
"""Each statement is planned once a connection: planning one anew takes five times as long as running it. A plan made
while the tables are small must still serve when they are large, and every list has its index: so no scans of whole
tables, however few rows the planner was last told of."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL for psycopg and the values of its constants.

    `is_planned_anew`: for the values of each call, which stand in the text that is sent, since no one plan serves all
    of them.
    """

    sql: str
    constants: Mapping[str, Any] = field(default_factory=dict)
    is_planned_anew: bool = False


def compiled(construct: ClauseElement, *, is_planned_anew: bool = False) -> Statement:
    """Compile a Core construct; do it at import, once."""
    result = construct.compile(dialect=DIALECT)
    constants = {k: v for k, v in result.params.items() if v is not None}
    return Statement(str(result), constants, is_planned_anew)


class Reader:
    """Reads on one connection. `now` is the database's instant, taken with the first read that asks for it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._now: datetime | None = None

    @property
    def now(self) -> datetime:
        """The instant of this unit of work: the database's clock, and the tests' offset."""
        if self._now is None:
            row = self.connection.execute("SELECT clock_timestamp()").fetchone()
            self.took_place_at(row[0])  # type: ignore[index]
        assert self._now is not None
        return self._now

    def took_place_at(self, database_now: datetime) -> None:
        """Set `now` from a column `clock_timestamp()` that rode in a read."""
        self.is_at(database_now + clock.offset())

    def is_at(self, now: datetime) -> None:
        """Set `now`, unless it is set already."""
        if self._now is None:
            self._now = now

    def all(self, statement: Statement | ClauseElement, /, **params: Any) -> list[Any]:
        """The rows, as named tuples."""
        if not isinstance(statement, Statement):
            statement = compiled(statement)
        if statement.constants:
            params = {**statement.constants, **params}
        if not statement.is_planned_anew:
            return self.connection.execute(statement.sql, params).fetchall()
        with psycopg.ClientCursor(self.connection, row_factory=self.connection.row_factory) as cursor:
            return cursor.execute(statement.sql, params).fetchall()

    def stream(self, statement: Statement | ClauseElement, /, **params: Any) -> Iterator[Any]:
        """The rows one by one, fetched by and by through a cursor of the server's: memory stays flat."""
        if not isinstance(statement, Statement):
            statement = compiled(statement)
        with self.connection.transaction(), self.connection.cursor(name="stream") as cursor:
            cursor.itersize = FETCHED
            yield from cursor.execute(statement.sql, {**statement.constants, **params})

    def one(self, statement: Statement | ClauseElement, /, **params: Any) -> Any:
        """The first row, or None."""
        rows = self.all(statement, **params)
        return rows[0] if rows else None

    def scalar(self, statement: Statement | ClauseElement, /, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.one(statement, **params)
        return None if row is None else row[0]


class Database:
    """A bounded pool of connections to one service's database. Open it in the process that uses it, after any fork."""

    def __init__(self, dsn: str, *, application_name: str, size: int = 8, statement_timeout_ms: int = 8000) -> None:
        settings = (
            f"-c statement_timeout={statement_timeout_ms} -c lock_timeout=2000 "
            "-c idle_in_transaction_session_timeout=15000 -c timezone=UTC "
            f"{PLANS}"
        )
        self.dsn = dsn
        self.pool = ConnectionPool(
            dsn,
            min_size=0,
            max_size=size,
            timeout=3,
            max_idle=15,
            reconnect_timeout=30,
            open=False,
            configure=_configure,
            kwargs={
                "autocommit": True,
                "row_factory": namedtuple_row,
                "prepare_threshold": 2,
                "application_name": application_name,
                "connect_timeout": 3,
                "keepalives": 1,
                "keepalives_idle": 15,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "options": settings,
            },
        )
        self.pool.open(wait=False)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection in autocommit mode. Raises Retryable when the server cannot be reached."""
        try:
            with self.pool.connection() as connection:
                yield connection
        except OVERTAKEN:
            raise
        except UNREACHABLE as error:
            raise Retryable("The database cannot be reached now") from error

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """A Reader for the length of the block."""
        with self.connection() as connection:
            yield Reader(connection)

    def close(self) -> None:
        """Close every connection."""
        self.pool.close(timeout=2)


def _configure(connection: psycopg.Connection[Any]) -> None:
    connection.prepared_max = PREPARED
    connection.adapters.register_loader("uuid", TextLoader)
    set_json_loads(msgspec.json.decode, connection)


__all__ = [
    "UNREACHABLE",
    "BigInteger",
    "Boolean",
    "Bytes",
    "Column",
    "Database",
    "Date",
    "Id",
    "Index",
    "Instant",
    "Integer",
    "Json",
    "Reader",
    "Statement",
    "Table",
    "Text",
    "UniqueConstraint",
    "add_backbone",
    "aggregate_columns",
    "closed",
    "compiled",
    "new_metadata",
]
