"""A worker that stops consuming is noticed and ends; one that is told to stop does so in time, and loses nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from shared.errors import Retryable
from tests.contract.backbone.conftest import Stage
from tests.support import rabbitmq
from tests.support.waiting import wait_until


def test_a_worker_whose_consumer_stands_still_is_not_alive_and_ends(stage: Stage) -> None:
    ids = stage.open_things(3)
    with stage.worker() as worker:
        wait_until(lambda: stage.health("/readyz") == 200, "the worker to be ready")
        assert stage.health("/livez") == 200
        (stage.place / "hang").touch()
        wait_until(lambda: stage.health("/livez") == 503, "the worker not to be alive")
        assert stage.health("/readyz") == 503
        for id in ids:
            stage.send(stage.envelopes(id))
        wait_until(lambda: worker.poll() is not None, "the worker to end itself")
        assert worker.returncode == 1
    assert "in hang" in stage.log.read_text(), "the log shows where it stood"
    (stage.place / "hang").unlink()
    with stage.worker():
        stage.expect_once_and_in_order(ids, 1, seconds=40)


def test_a_broker_that_hangs_stops_nobody_for_ever(stage: Stage, request: pytest.FixtureRequest) -> None:
    ids = stage.open_things(3)
    with stage.worker() as worker:
        wait_until(lambda: stage.health("/readyz") == 200, "the worker to be ready")
        with hanging(stage, request):
            if stage.bus.embedded:
                wait_until(lambda: worker.poll() is not None, "the worker to end itself")
            else:
                wait_until(lambda: "broker_not_reached" in stage.log.read_text(), "the hang to be seen", seconds=20)
                assert stage.health("/livez") == 200, "one that looks for its broker is alive"
        for id in ids:
            stage.send(stage.envelopes(id))
        if stage.bus.embedded:
            with stage.worker():
                stage.expect_once_and_in_order(ids, 1)
        else:
            stage.expect_once_and_in_order(ids, 1)


@contextmanager
def hanging(stage: Stage, request: pytest.FixtureRequest) -> Iterator[None]:
    """The broker keeps its connections for the length of a block, and says nothing."""
    if not stage.bus.embedded:
        node: rabbitmq.Node = request.getfixturevalue("rabbitmq_node")
        assert node.process is not None
        pids = [-node.process.pid]
    else:
        url = stage.speaker.broker_url.replace("pgmq:", "postgresql:", 1)
        with psycopg.connect(url) as connection:
            others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            pids = [row[0] for row in connection.execute(others)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_worker_told_to_stop_in_the_middle_finishes_and_the_next_has_the_rest(stage: Stage) -> None:
    ids = stage.open_things(60, events_each=3)
    for id in ids:
        stage.send(stage.envelopes(id))
    with stage.worker() as worker:
        wait_until(lambda: len(stage.effects(ids)) > 5, "some effects")
        worker.send_signal(signal.SIGTERM)
        wait_until(lambda: worker.poll() is not None, "the worker to end", seconds=20)
        assert worker.returncode == 0
    with stage.worker():
        stage.expect_once_and_in_order(ids, 3, seconds=60)


def test_a_worker_told_to_stop_gives_back_what_its_database_does_not_take(stage: Stage) -> None:
    ids = stage.open_things(3)
    with stage.worker() as worker, stage.heard.connection() as connection:
        wait_until(lambda: stage.health("/readyz") == 200, "the worker to be ready")
        with connection.transaction():
            connection.execute("LOCK TABLE effects")
            for id in ids:
                stage.send(stage.envelopes(id))
            blocked = "SELECT count(*) AS blocked FROM pg_locks WHERE NOT granted AND relation = 'effects'::regclass"
            wait_until(lambda: connection.execute(blocked).fetchone().blocked, "an event to wait for the table")  # type: ignore[union-attr]
            worker.send_signal(signal.SIGTERM)
            wait_until(lambda: worker.poll() is not None, "the worker to end", seconds=20)
    assert stage.effects(ids) == []
    with stage.worker():
        stage.expect_once_and_in_order(ids, 1, seconds=40)


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.heavy)])
@pytest.mark.parametrize("broker_url", ["rabbitmq"], indirect=True)
def test_a_worker_survives_restarts_of_the_broker_in_a_row(
    stage: Stage, times: int, request: pytest.FixtureRequest
) -> None:
    node: rabbitmq.Node = request.getfixturevalue("rabbitmq_node")
    with stage.worker() as worker:
        wait_until(lambda: stage.health("/readyz") == 200, "the worker to be ready")
        for _ in range(times):
            ids = stage.open_things(3)
            node.kill()
            assert stage.health("/livez") == 200
            node.start()
            wait_until(lambda ids=ids: sent(stage, ids), "the broker to take it", seconds=30, every=0.5)  # type: ignore[misc]
            stage.expect_once_and_in_order(ids, 1)
        assert worker.poll() is None
        assert stage.health("/livez") == 200


def sent(stage: Stage, ids: list[str]) -> bool:
    """Whether the broker took the events of these; it has just been started."""
    try:
        for id in ids:
            stage.send(stage.envelopes(id))
    except Retryable:
        return False
    return True
