"""One service's tables as files, and back."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import Table

from shared.database import DIALECT
from shared.ids import new_id
from shared.transaction import Store

NUMBERS: Final = 1_000_000
"""Added to what a restored service counts its events by: it has given fewer numbers than this since the backup."""
SHOWN_NUMBERS: Final = 1_000
"""Added to what people read, as tickets' numbers: fewer were given since, and everybody sees a jump."""
SEQUENCES: Final = """
    SELECT sequencename, coalesce(last_value, 0) AS last FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"""
RAISE: Final = """
    CREATE OR REPLACE FUNCTION number_after_restore() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.sequence := NEW.sequence + TG_ARGV[0]::bigint; RETURN NEW; END $$"""


Told = Callable[[int], None]
"""Is told of so many rows more."""


class Damaged(Exception):
    """A file of a backup is not what was written; the text says which and how."""


class Copied(msgspec.Struct, frozen=True):
    """What a backup has of one service: the migration that its tables are of, their rows, and its counters."""

    revision: str
    rows: dict[str, int]
    counters: dict[str, int]


def tables(store: Store) -> list[Table]:
    """A service's tables, each after those that it refers to."""
    return list(store.metadata.sorted_tables)


def columns(table: Table) -> sql.Composed:
    """The columns that are stored, not computed."""
    return sql.SQL(", ").join(sql.Identifier(c.name) for c in table.columns if c.computed is None)


def file_of(folder: Path, table: Table) -> Path:
    """Where a table's rows are."""
    return folder / f"{table.name}.copy.gz"


def save(connection: psycopg.Connection[Any], store: Store, folder: Path, revision: str, told: Told) -> Copied:
    """Write every table, as the connection's snapshot sees it. Raises psycopg.Error, OSError."""
    folder.mkdir()
    rows = {table.name: _save(connection, table, file_of(folder, table), told) for table in tables(store)}
    counters = {str(name): int(last) for name, last in connection.execute(SEQUENCES).fetchall()}
    return Copied(revision, rows, counters)


def _save(connection: psycopg.Connection[Any], table: Table, path: Path, told: Told) -> int:
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table.name), columns(table))
    rows = 0
    with gzip.open(path, "wb", compresslevel=1) as written, connection.cursor() as at, at.copy(statement) as copy:
        for part in copy:
            written.write(part)
            lines = bytes(part).count(b"\n")  # a row is a line: a line's end in a value is written as two signs
            rows += lines
            told(lines)
    return rows


def examine(store: Store, folder: Path, copied: Copied, told: Told) -> None:
    """Read a service's files through, as a restore would. Raises Damaged, OSError."""
    for table in tables(store):
        for part in _parts(file_of(folder, table), copied.rows.get(table.name, 0)):
            told(part.count(b"\n"))


def load(connection: psycopg.Connection[Any], store: Store, folder: Path, copied: Copied, told: Told) -> int:
    """Put a backup's rows in the place of what is there, in one transaction; what was added to the numbers.

    Raises psycopg.Error, Damaged, OSError: then everything is as it was.
    """
    with connection.transaction():
        before = [highest(connection, table) for table in numbered(store)]
        with _without_triggers(connection, store):
            names = sql.SQL(", ").join(sql.Identifier(table.name) for table in tables(store))
            connection.execute(sql.SQL("TRUNCATE {}").format(names))
            for table in tables(store):
                _load(connection, table, file_of(folder, table), copied.rows.get(table.name, 0), told)
        for name, last in copied.counters.items():
            advance(connection, name, last)
        after = [highest(connection, table) for table in numbered(store)]
        added = NUMBERS * (1 + max([*before, *after], default=0) // NUMBERS)
        raise_numbers(connection, store, added)
    return added


class _without_triggers:  # noqa: N801 - read as a block's name
    """What triggers see to, such as that an audit log is only added to, holds of rows that are there already."""

    def __init__(self, connection: psycopg.Connection[Any], store: Store) -> None:
        self.connection = connection
        self.store = store

    def __enter__(self) -> None:
        self._say("DISABLE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._say("ENABLE")

    def _say(self, word: str) -> None:
        for table in tables(self.store):
            statement = sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(sql.Identifier(table.name), sql.SQL(word))
            self.connection.execute(statement)


def _load(connection: psycopg.Connection[Any], table: Table, path: Path, rows: int, told: Told) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns(table))
    with connection.cursor() as at, at.copy(statement) as copy:
        for part in _parts(path, rows):
            copy.write(part)
            told(part.count(b"\n"))


def _parts(path: Path, rows: int) -> Iterator[bytes]:
    """A file's content, piece by piece. Raises Damaged where it is not whole, or has not so many rows."""
    found = 0
    try:
        with gzip.open(path, "rb") as written:
            while part := written.read(256 * 1024):
                found += part.count(b"\n")
                yield part
    except FileNotFoundError as error:
        raise Damaged(f"{path} is missing") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Damaged(f"{path} was cut off or changed ({error})") from error
    if found != rows:
        raise Damaged(f"{path} has {found:,} rows and should have {rows:,}")


def advance(connection: psycopg.Connection[Any], counter: str, last: int) -> None:
    """Set a counter above whatever it can have given: here, or before the restored database was lost."""
    name = sql.Identifier(counter)
    statement = sql.SQL("SELECT setval({}, greatest(last_value, {}) + {}) FROM {}")
    literal = sql.Literal(counter)
    connection.execute(statement.format(literal, sql.Literal(last), sql.Literal(SHOWN_NUMBERS), name))


# -- the numbers of events --------------------------------------------------------------------------------------------


def numbered(store: Store) -> list[Table]:
    """The tables whose rows count their aggregate's events."""
    return list({table.name: table for table in store.aggregates.values() if "sequence" in table.columns}.values())


def highest(connection: psycopg.Connection[Any], table: Table) -> int:
    """The highest number that was given in a table."""
    row = connection.execute(sql.SQL("SELECT max(sequence) FROM {}").format(sql.Identifier(table.name))).fetchone()
    return int(row[0] or 0) if row else 0


def raise_numbers(connection: psycopg.Connection[Any], store: Store, added: int) -> None:
    """Have every aggregate go on from a number that it cannot have given.

    Rows that are here are raised now. A row that was lost may be made again when its cause is handled again (a flow,
    by its ticket's request): a trigger raises those whose id is older than this moment. What is new counts from one.
    """
    connection.execute(RAISE)
    for table in numbered(store):
        name = sql.Identifier(table.name)
        connection.execute(sql.SQL("UPDATE {} SET sequence = sequence + {}").format(name, sql.Literal(added)))
        connection.execute(sql.SQL("DROP TRIGGER IF EXISTS number_after_restore ON {}").format(name))
        trigger = sql.SQL(
            "CREATE TRIGGER number_after_restore BEFORE INSERT ON {} FOR EACH ROW {} "
            "EXECUTE FUNCTION number_after_restore({})"
        )
        connection.execute(trigger.format(name, _made_before_now(table), sql.Literal(str(added))))


def _made_before_now(table: Table) -> sql.Composable:
    """For ids that tell their time (UUIDv7) whether it is past; words, such as a setting's key, may always be old."""
    key = next(iter(table.primary_key.columns))
    if key.type.compile(dialect=DIALECT).lower() != "uuid":
        return sql.SQL("")
    return sql.SQL("WHEN (NEW.{} < {}::uuid)").format(sql.Identifier(key.name), sql.Literal(new_id()))
