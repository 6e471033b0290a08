"""Whether the services agree: everything that was said was applied by who hears it, and nothing is parked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg

from shared.contracts.topology import HEARS, PUBLISHES, SERVICES
from tests.support.waiting import wait_until

SAID = "SELECT word, aggregate_id, max(sequence) FROM outbox GROUP BY 1, 2"
APPLIED = "SELECT word, aggregate_id, applied FROM applied"
HELD = "SELECT count(*) FROM inbox WHERE state IN ('parked', 'due', 'waiting')"
DEAD = "SELECT count(*) FROM dead_letters"
FLOWS = "SELECT ticket_id, stage, ordinal FROM flows"
RECORD = "SELECT id, stage, turn_ordinal FROM tickets WHERE status <> 'draft'"
Opened = Mapping[str, "psycopg.Connection[Any]"]


@contextmanager
def opened(urls: Mapping[str, str]) -> Iterator[Opened]:
    """A connection to each service's database, for the length of a block."""
    with ExitStack() as stack:
        yield {s: stack.enter_context(psycopg.connect(url, autocommit=True)) for s, url in urls.items()}


def differences(databases: Opened) -> list[str]:
    """In sentences where they do not agree; in the order of words, so that what is said while we read is no matter."""
    wrong = [line for publisher in SERVICES for line in _unheard(databases, publisher)]
    for service, connection in databases.items():
        held, dead = _count(connection, HELD), _count(connection, DEAD)
        wrong += [f"{service} holds {held} events"] * bool(held) + [f"{service} has {dead} dead letters"] * bool(dead)
    flows = set(databases["workflow"].execute(FLOWS).fetchall())
    record = set(databases["ticket"].execute(RECORD).fetchall())
    return [*wrong, *(f"flow and record differ: {row}" for row in sorted(map(str, flows ^ record)))]


def _unheard(databases: Opened, publisher: str) -> list[str]:
    said = databases[publisher].execute(SAID).fetchall()
    wrong = []
    for reader in SERVICES:
        words = (PUBLISHES[publisher] & HEARS[reader]) - {"inbox"}
        if words and reader != publisher:
            applied = {(w, a): n for w, a, n in databases[reader].execute(APPLIED).fetchall()}
            late = [(w, a) for w, a, n in said if w in words and applied.get((w, a), 0) < n]
            wrong += [f"{reader} has not heard all of {word} {id} of {publisher}" for word, id in late]
    return wrong


def _count(connection: psycopg.Connection[Any], statement: str) -> int:
    row: Any = connection.execute(statement).fetchone()
    return int(row[0])


def expect(urls: Mapping[str, str], *, seconds: float = 90) -> None:
    """Wait until they agree."""
    with opened(urls) as databases:
        try:
            wait_until(lambda: not differences(databases), "the services to agree", seconds=seconds, every=0.5)
        except AssertionError as error:
            raise AssertionError(f"{error}: {differences(databases)[:20]}") from error
