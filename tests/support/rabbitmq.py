"""A private RabbitMQ node of a test run: its own name, ports and folder; ended by its own pid."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import amqp
import pytest

from shared.bus import mailboxes
from vez.chaos import rabbitmq
from vez.chaos.rabbitmq import HOW_TO_GET, SERVER


def require() -> None:
    """Skip the test, in one line, where RabbitMQ is not installed; fail in CI."""
    if SERVER.exists():
        return
    if os.environ.get("CI") == "true":
        pytest.fail(HOW_TO_GET)
    pytest.skip(HOW_TO_GET)


class Node(rabbitmq.Node):
    """One node, whose mailboxes a test can delete."""

    def empty(self) -> None:
        """Delete every mailbox, as if no one had ever declared any."""
        connection = amqp.Connection(f"127.0.0.1:{self.port}")
        connection.connect()
        channel = connection.channel()
        for box in [*(b.name for b in mailboxes(embedded=False)), "vez.dead"]:
            channel.queue_delete(box)
        connection.close()


@contextmanager
def node() -> Iterator[Node]:
    """A running node for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="vez-rabbitmq-") as folder:
        one = Node(Path(folder))
        try:
            one.start()
            yield one
        finally:
            one.close()
