"""One throw-away PostgreSQL for a test run, shared by its workers, and the databases in it."""

from __future__ import annotations

import atexit
import fcntl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from sqlalchemy import MetaData, create_engine

from vez.embedded import child

EMPTY = """
DO $$
DECLARE found record;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR found IN SELECT format('%I.%I', schemaname, tablename) AS place FROM pg_tables
               WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%' LOOP
    EXECUTE 'DELETE FROM ' || found.place;
  END LOOP;
END $$
"""


def server_of(owner: int) -> str:
    """The address of the server that lives as long as the process `owner`; the first to ask starts it."""
    folder = Path(tempfile.gettempdir()) / f"vez-test-{owner}"
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "url").exists() or not _answers((folder / "url").read_text()):
            _start_keeper(folder, owner)
    return (folder / "url").read_text()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _start_keeper(folder: Path, owner: int) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "url").unlink(missing_ok=True)
    with (folder / "keeper.log").open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "vez.embedded.keeper", str(folder), str(owner)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    keeper.returncode = 0  # it outlives whoever started it: nobody waits for it
    until = time.monotonic() + 30
    while not (folder / "url").exists():
        if not child.is_alive(keeper.pid) or time.monotonic() > until:
            raise RuntimeError(f"the test server does not start: {(folder / 'keeper.log').read_text()}")
        time.sleep(0.01)


def database_at(server: str, name: str) -> str:
    """The address of database `name` on `server`."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def make(server: str, name: str) -> str:
    """A new empty database; its address. One of that name is replaced."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} STRATEGY FILE_COPY")
    return database_at(server, name)


def drop(server: str, name: str) -> None:
    """Remove a database, whoever is connected."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def create_tables(url: str, metadata: MetaData) -> None:
    """Make a service's tables as its models say."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
    metadata.create_all(engine)
    engine.dispose()


def empty(url: str) -> None:
    """Delete every row, whatever refers to it or guards it; tables stay."""
    _kept(url).execute(EMPTY)


def run(url: str, statements: str) -> None:
    """Run statements, each committed by itself."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements)


def rows(url: str, query: str, parameters: Mapping[str, object] | None = None) -> list[tuple[object, ...]]:
    """The rows of a query, for assertions."""
    return _kept(url).execute(query, parameters).fetchall()


_OPEN: Final[dict[str, psycopg.Connection[tuple[object, ...]]]] = {}
_OPENING: Final = threading.Lock()


def _kept(url: str) -> psycopg.Connection[tuple[object, ...]]:
    """The connection kept to a database, in autocommit mode: to open one takes longer than most queries."""
    with _OPENING:
        if url not in _OPEN or not _is_alive(_OPEN[url]):
            _OPEN[url] = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        return _OPEN[url]


@atexit.register
def _close_kept() -> None:
    for connection in _OPEN.values():
        connection.close()


def _is_alive(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        connection.close()
        return False
    return True


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection in autocommit mode."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def wait_for_waiter(url: str) -> None:
    """Wait until somebody waits for an advisory lock in this database."""
    until = time.monotonic() + 30
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while rows(url, query) == [(0,)]:
        assert time.monotonic() < until, "nobody waits for the lock"
        time.sleep(0.01)
