"""The stage of the backbone's suite: a speaker, a listener's worker as a real process, and each broker in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from shared.bus import Bus
from shared.contracts import Envelope, envelope_to_wire
from shared.database import Database
from shared.ids import new_id
from shared.outbox import AFTER, Publisher, envelope_of
from shared.transaction import Committed, Units
from tests.contract.backbone import tiny
from tests.support import rabbitmq
from tests.support.processes import running
from tests.support.waiting import wait_until
from vez.embedded import pulse


@pytest.fixture(scope="session")
def rabbitmq_node() -> Iterator[rabbitmq.Node]:
    """A RabbitMQ of this test run."""
    rabbitmq.require()
    with rabbitmq.node() as node:
        yield node


@pytest.fixture(params=["embedded", "rabbitmq"])
def broker_url(request: pytest.FixtureRequest) -> str:
    """The address of a broker that has no mailbox yet."""
    if request.param == "rabbitmq":
        node: rabbitmq.Node = request.getfixturevalue("rabbitmq_node")
        node.empty()
        return node.url
    url: str = request.getfixturevalue("embedded_broker_url")
    with psycopg.connect(url.replace("pgmq:", "postgresql:", 1), autocommit=True) as connection:
        connection.execute("SELECT pgmq.drop_queue(queue_name) FROM pgmq.list_queues()")
    return url


@dataclass
class Stage:
    """What a test of the suite works with."""

    speaker: tiny.SpeakerOptions
    listener: tiny.ListenerOptions
    units: Units
    heard: Database
    bus: Bus
    log: Path
    committed: list[Committed]
    publisher: Publisher | None = None

    def worker(self, **env: str) -> AbstractContextManager[Popen[str]]:
        """The listener's worker as a process."""
        urls = [self.listener.database_url, self.speaker.database_url, self.speaker.broker_url]
        return running("tests.contract.backbone.worker", [*urls, str(self.place)], self.log, **env)

    @property
    def place(self) -> Path:
        """The folder in which the worker is reached."""
        return self.log.parent

    def health(self, path: str) -> int:
        """The status of the worker's /livez or /readyz; 0 where nobody answers."""
        return pulse.status(self.place / "health", path, seconds=2)

    def open_things(self, count: int, events_each: int = 1) -> list[str]:
        """Make aggregates that have said `events_each` events each."""
        ids = [new_id() for _ in range(count)]
        for id in ids:
            self.units.run(lambda tx, id=id: tiny.open_thing(tx, id))  # type: ignore[misc]
            for n in range(events_each - 1):
                self.units.run(lambda tx, id=id, n=n: tiny.rename(tx, id, f"subject {n}"))  # type: ignore[misc]
        return ids

    def envelopes(self, ticket_id: str) -> list[Envelope]:
        """What an aggregate has said, in order."""
        with self.units.database.connection() as connection:
            place = {"word": "ticket", "aggregate_id": ticket_id, "after": 0}
            return [envelope_of(r) for r in connection.execute(AFTER, place).fetchall()]

    def send(self, envelopes: Sequence[Envelope]) -> None:
        """Hand events to the broker in this order, whatever the outbox says."""
        self.bus.publish("ticket", [envelope_to_wire(e) for e in envelopes])

    def effects(self, ticket_ids: Sequence[str]) -> list[tuple[str, int]]:
        """What the listener wrote down of these, in the order in which it did."""
        with self.heard.reader() as reader:
            rows = reader.all(text("SELECT ticket_id::text, sequence FROM effects ORDER BY place"))
        wanted = set(ticket_ids)
        return [(r.ticket_id, r.sequence) for r in rows if r.ticket_id in wanted]

    def inbox(self, ticket_id: str) -> dict[int, Any]:
        """The listener's inbox rows of an aggregate, by number."""
        with self.heard.connection() as connection:
            rows = connection.execute(
                "SELECT sequence, state, tries, error FROM inbox WHERE aggregate_id = %s", (ticket_id,)
            ).fetchall()
        return {r.sequence: r for r in rows}

    def describe(self, ticket_ids: Sequence[str]) -> str:
        """What the databases say of these, for a test that failed."""
        with self.units.database.connection() as connection:
            said = connection.execute("SELECT count(*) AS said, count(sent_at) AS sent FROM outbox").fetchone()
        with self.heard.connection() as connection:
            heard = connection.execute("SELECT state, count(*), max(error) FROM inbox GROUP BY 1").fetchall()
            feeds = connection.execute("SELECT publisher, checked_until FROM feeds").fetchall()
        return f"said (all, sent): {said}; heard: {heard}; feeds: {feeds}; effects: {self.effects(ticket_ids)}"

    def expect_once_and_in_order(self, ticket_ids: Sequence[str], events_each: int, *, seconds: float = 30) -> None:
        """Wait until every event took effect; none twice, each aggregate's in order."""
        wanted = sorted((id, n) for id in ticket_ids for n in range(1, events_each + 1))
        try:
            wait_until(lambda: len(self.effects(ticket_ids)) >= len(wanted), f"{len(wanted)} effects", seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.describe(ticket_ids)}") from error
        seen = self.effects(ticket_ids)
        assert sorted(seen) == wanted
        for id in ticket_ids:
            assert [n for i, n in seen if i == id] == list(range(1, events_each + 1))


@pytest.fixture(scope="session")
def backbone_databases(new_database: Callable[[str], str]) -> tuple[str, str]:
    """The speaker's and the listener's databases."""
    urls = new_database("speaker"), new_database("listener")
    tiny.make_tables(urls[0], tiny.speaker_metadata)
    tiny.make_tables(urls[1], tiny.listener_metadata)
    return urls


@pytest.fixture
def stage(backbone_databases: tuple[str, str], broker_url: str, tmp_path: Path) -> Iterator[Stage]:
    """A stage with empty databases. Commits are collected, not published, unless the test asks for a publisher."""
    speaker = tiny.SpeakerOptions(database_url=backbone_databases[0], broker_url=broker_url)
    listener = tiny.ListenerOptions(database_url=backbone_databases[1], broker_url=broker_url)
    said, heard = tiny.open_database(speaker), tiny.open_database(listener)
    _empty(said, [*tiny.speaker_metadata.tables])
    _empty(heard, [*tiny.listener_metadata.tables])
    committed: list[Committed] = []
    bus = Bus(broker_url, "test")
    yield Stage(
        speaker, listener, Units(said, tiny.SPEAKER, committed.append), heard, bus, tmp_path / "worker.log", committed
    )
    bus.close()
    said.close()
    heard.close()


def _empty(database: Database, tables: list[str]) -> None:
    with database.connection() as connection:
        connection.execute("TRUNCATE " + ", ".join(f'"{t}"' for t in tables))


@pytest.fixture
def publishing(stage: Stage) -> Iterator[Stage]:
    """The stage, with what is committed published at once."""
    publisher = Publisher("ticket", stage.units.database, Bus(stage.speaker.broker_url, "test-publisher"))
    publisher.start()
    stage.units.hand_on = lambda c: publisher.offer(c.envelopes, c.rings)
    yield stage
    publisher.stop()
