"""The whole system over the embedded broker and over RabbitMQ; every test of this folder runs on both.

The heavy form adds RabbitMQ 4, which docker-compose.yml runs, where this machine's own packages have an older one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import rabbitmq, rabbitmq4, stack

BROKERS = ["embedded", "rabbitmq", pytest.param("rabbitmq-4", marks=pytest.mark.heavy)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A system is started once: what runs on one broker runs in one worker, in the order written."""
    for item in items:
        if "tests/flow/" in item.nodeid:
            broker = getattr(item, "callspec", None) and item.callspec.params.get("vez")  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.xdist_group(broker or "embedded"))


@pytest.fixture(scope="session", params=BROKERS)
def vez(request: pytest.FixtureRequest) -> Iterator[stack.Stack]:
    """A running system with its demo."""
    if request.param == "embedded":
        with stack.running() as running:
            yield running
        return
    server = rabbitmq4 if request.param == "rabbitmq-4" else rabbitmq
    server.require()
    with server.node() as node, stack.running(VEZ_BROKER_URL=node.url) as running:
        yield running
