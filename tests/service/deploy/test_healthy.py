"""The containers' health check against a real process's health."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.compose import ROOT
from vez.health import Health

SCRIPT = ROOT / "deploy" / "healthy.py"


class Worker:
    """Says what is wrong with it."""

    wrong: str | None = None


@pytest.fixture
def worker() -> Iterator[tuple[Worker, int]]:
    one = Worker()
    health = Health(("127.0.0.1", 0), lambda: None, lambda: one.wrong)
    health.start()
    yield one, health.socket.getsockname()[1]
    health.shutdown()
    health.server_close()


def check(port: int, path: str) -> int:
    return subprocess.run([sys.executable, "-IS", str(SCRIPT), f"{port}{path}"], timeout=20).returncode


def test_a_ready_process_is_healthy_and_one_that_is_not_is_not(worker: tuple[Worker, int]) -> None:
    one, port = worker
    assert check(port, "/readyz") == 0
    one.wrong = "does not consume"
    assert check(port, "/readyz") == 1
    assert check(port, "/livez") == 0


def test_where_nobody_answers_it_is_not_healthy() -> None:
    assert check(1, "/readyz") == 1
