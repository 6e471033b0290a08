"""Systems to be struck: each test gets a new one, on the embedded stack or over RabbitMQ."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support import rabbitmq
from vez.chaos.system import System


@pytest.fixture
def new_system() -> Iterator[Callable[[str], System]]:
    """new_system("embedded") or ("rabbitmq") starts a system that ends with the test."""
    with ExitStack() as ends:

        def make(broker: str) -> System:
            if broker == "rabbitmq":
                rabbitmq.require()
            place = tempfile.TemporaryDirectory(prefix="vez-chaos-", ignore_cleanup_errors=True)
            system = System(Path(ends.enter_context(place)), with_rabbitmq=broker == "rabbitmq")
            ends.callback(system.stop)
            system.start()
            return system

        yield make
