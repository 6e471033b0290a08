"""Every service's processes many times over, on RabbitMQ: the same results, in order, within the connections' budget;
and each of them stopped and started again under load, without anybody noticing."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rich.console import Console

from shared.config import Common
from shared.contracts.topology import SERVICES
from shared.ids import new_id
from tests.builders.logs import case, event, written, xes
from tests.faults import apart
from tests.faults.apart import Apart, Process
from tests.support import agreement
from tests.support.stack import PASSWORD, Stack
from vez.discover.draft import draft
from vez.discover.survey import survey
from vez.http import Origin
from vez.logs import open_log
from vez.replay.api import Api, Session
from vez.replay.run import How, run

FEW = {"workflow-http": 2, "ticket-http": 2, "workflow-worker": 3, "ticket-worker": 3}
ALL = {f"{s}-http": 2 for s in SERVICES} | {f"{s}-worker": 3 for s in SERVICES} | {"portal-http": 2}
CHARGED_TWICE = {"invoice": "20261107", "amount": "12.00", "reason": "duplicate"}
CONNECTED = """
    SELECT datname, application_name, count(*) FROM pg_stat_activity
    WHERE datname LIKE 'vez\\_%' AND application_name LIKE 'vez-%' GROUP BY 1, 2"""


pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module", params=[FEW, ALL], ids=["few", "all"])
def vez(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """All of it, running."""
    apart.require()
    folder: Path = tmp_path_factory.mktemp("apart")
    folder.chmod(0o755)
    with apart.running(folder, request.param) as one:
        yield one


class Watch:
    """The most connections that each kind of process has had to PostgreSQL, looked at all the time."""

    def __init__(self, vez: Apart) -> None:
        self.most: Counter[str] = Counter()
        self.total = 0
        self._url = vez.superuser()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._over.wait(0.05):
                found = {name: int(count) for _, name, count in connection.execute(CONNECTED).fetchall()}
                self.total = max(self.total, sum(found.values()))
                self.most |= Counter(found)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def test_a_log_played_by_many_processes_is_remembered_exactly_and_within_the_budget(vez: Apart, tmp_path: Path) -> None:
    log = open_log(written(tmp_path / "many.xes", xes(*(a_case(n) for n in range(60)))))
    with Watch(vez) as watch, Origin(vez.url) as origin:
        admin = Session("admin@vez.test", PASSWORD)
        report = run(Api(origin), admin, draft(survey(log)), How(concurrency=16), Console(quiet=True))
    assert report.mismatched == []
    assert (report.cases, report.refusals, report.given_up, report.unfinished) == (60, {}, [], 0)
    assert report.duplicate_notifications == 0
    agreement.expect(vez.databases())
    pool = Common().database_pool_size
    for service in SERVICES:
        for kind in ("http", "worker"):
            count = vez.counts.get(f"{service}-{kind}", 1)
            assert watch.most[f"vez-{service}-{kind}"] <= count * pool, watch.most
    assert watch.most["vez-ticket-worker"] > 0
    with_tables = [process for process in vez.processes if process.entry != "portal-http"]
    assert watch.total <= len(with_tables) * pool


def a_case(number: int) -> Any:
    """A case of three to six steps, of one of two people."""
    steps = ("a", "b", "a", "c", "b", "d")[: 3 + number % 4]
    return case(f"Case {number}", *(event(step, "Ana" if number % 2 else "Bea") for step in steps))


class Crowd:
    """Clients that open tickets and attendants that ask back, all the time; each call is made once."""

    def __init__(self, vez: Apart, size: int) -> None:
        self.failures: list[str] = []
        self.tickets: list[str] = []
        self._vez = vez
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._live) for _ in range(size)]

    def _live(self) -> None:
        stack = Stack(self._vez.url, self._vez.folder)
        try:
            while not self._over.is_set():
                self._once(stack)
        except Exception as error:
            self.failures.append(repr(error))
        finally:
            stack.client.close()

    def _once(self, stack: Stack) -> None:
        body = {"type": "billing_dispute", "subject": "Um pedido", "description": "Texto"}
        answer = stack.post("ana", "/api/ticket/v1/tickets", {**body, "parameters": CHARGED_TWICE, "submit": True})
        if answer.status_code != 202:
            self.failures.append(f"POST {answer.status_code} {answer.text[:200]}")
            return
        id: str = answer.json()["id"]
        self.tickets.append(id)
        stack.routed("ana", id)
        body = {"transition": "ask", "comment": new_id()}
        answer = stack.post("bruno", f"/api/ticket/v1/tickets/{id}/advance", body, match="*")
        if answer.status_code != 202:
            self.failures.append(f"advance {answer.status_code} {answer.text[:200]}")
        stack.routed("bruno", id)

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def one_after_another(vez: Apart) -> list[Process]:
    """Every process of which there are several, and every worker; in the small form one of each of those."""
    several = [p for p in vez.processes if p.entry.endswith("-worker") or vez.counts.get(p.entry, 1) > 1]
    return several if vez.counts is ALL else [p for p in {p.entry: p for p in several}.values() if p.entry in FEW]


def test_a_rolling_restart_of_everything_under_load_loses_and_fails_nothing(vez: Apart) -> None:
    with Crowd(vez, 3) as crowd:
        for process in one_after_another(vez):
            process.stop()
            assert process.running is not None
            assert process.running.returncode == 0, process.log.read_text()[-2000:]
            process.start()
            process.wait_until_ready()
            assert crowd.failures == []
    assert crowd.failures == []
    assert crowd.tickets
    agreement.expect(vez.databases())
    stack = Stack(vez.url, vez.folder)
    for id in crowd.tickets:
        ticket = stack.ticket("ana", id)
        assert (ticket["turn"]["side"], ticket["pending"]) == ("client", None)
    stack.client.close()
