"""The whole system, once over the embedded broker and once over RabbitMQ; every test of this folder runs on both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import rabbitmq, stack


@pytest.fixture(scope="session", params=["embedded", "rabbitmq"])
def vez(request: pytest.FixtureRequest) -> Iterator[stack.Stack]:
    """A running system with its demo."""
    if request.param == "embedded":
        with stack.running() as running:
            yield running
        return
    rabbitmq.require()
    with rabbitmq.node() as node, stack.running(VEZ_BROKER_URL=node.url) as running:
        yield running
