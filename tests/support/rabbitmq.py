"""A private RabbitMQ node of a test run: its own name, ports and folder; ended by its own pid."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import amqp
import pytest

from shared.bus import mailboxes
from tests.support.processes import end, free_port, start
from tests.support.waiting import wait_until

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
HOW_TO_GET = "RabbitMQ is missing: apt-get install rabbitmq-server"


def require() -> None:
    """Skip the test, in one line, where RabbitMQ is not installed; fail in CI."""
    if SERVER.exists():
        return
    if os.environ.get("CI") == "true":
        pytest.fail(HOW_TO_GET)
    pytest.skip(HOW_TO_GET)


class Node:
    """One node. `stop` and `kill` keep its data; `start` brings it back on the same port; `wipe` empties it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.dist_port = free_port()
        self.name = f"vez{self.port}@localhost"
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def environment(self) -> dict[str, str]:
        """What makes it private."""
        (self.folder / "plugins").write_text("[].")
        return {
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.dist_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "HOME": str(self.folder),
        }

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "node.log").open("a") as log:
            self.process = start([str(SERVER)], env=self.environment, log=log)
        wait_until(self.answers, "RabbitMQ to answer", seconds=60, every=0.1)

    def answers(self) -> bool:
        """Whether it takes a connection."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as probe:
                probe.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(probe.recv(1))
        except OSError:
            return False

    def kill(self) -> None:
        """Kill -9."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)
        wait_until(lambda: not self._is_open(), "the port to close")

    def _is_open(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def wipe(self) -> None:
        """Remove its data; it must not run."""
        shutil.rmtree(self.folder / "mnesia", ignore_errors=True)

    def close(self) -> None:
        """End it."""
        if self.process is not None:
            end(self.process, signal.SIGKILL)

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
