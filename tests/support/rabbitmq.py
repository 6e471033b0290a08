"""A private RabbitMQ node of a test run: its own name, ports and folder; ended by its own pid."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import amqp
import pytest

from shared.bus import mailboxes
from shared.config import environment
from vez.chaos import rabbitmq
from vez.chaos.rabbitmq import CONTROL, HOW_TO_GET, SERVER
from vez.chaos.spawn import free_port


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


class Managed(Node):
    """One node with its management address, which answers a moment after the node does."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.management_port = free_port()

    @property
    def management_url(self) -> str:
        """Where bindings are told."""
        return f"http://127.0.0.1:{self.management_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What makes it private, and manageable."""
        private = super().environment
        (self.folder / "plugins").write_text("[rabbitmq_management].")
        settings = self.folder / "rabbitmq.conf"
        settings.write_text(f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {self.management_port}\n")
        return {**private, "RABBITMQ_CONFIG_FILE": str(self.place / settings.name)}

    def answers(self) -> bool:
        """Whether both of its ports take a connection."""
        return super().answers() and self._is_managed()

    def _is_managed(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.management_port)) == 0

    def control(self, *arguments: str) -> None:
        """Run one command of rabbitmqctl. Raises CalledProcessError."""
        env = {**environment(), **self.environment}
        subprocess.run([str(CONTROL), "--node", self.name, *arguments], env=env, check=True, capture_output=True)


@contextmanager
def node() -> Iterator[Node]:
    """A running node for the length of a block."""
    with started(Node) as one:
        yield one


N = TypeVar("N", bound=Node)


@contextmanager
def started(kind: type[N]) -> Iterator[N]:
    """A running node of a kind for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="vez-rabbitmq-") as folder:
        one = kind(Path(folder))
        try:
            one.start()
            yield one
        finally:
            one.close()
