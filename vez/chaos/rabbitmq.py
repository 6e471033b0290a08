"""A private RabbitMQ node: its own name, ports and folder; it can be killed, wiped, blocked and started again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Final

from shared.config import environment
from vez.chaos import spawn

SERVER: Final = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
CONTROL: Final = Path("/usr/lib/rabbitmq/bin/rabbitmqctl")
HOW_TO_GET: Final = "RabbitMQ is missing: apt-get install rabbitmq-server"
START_SECONDS: Final = 180.0


class Node:
    """One node. `stop` and `kill` keep its data; `start` brings it back on the same port; `wipe` empties it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = spawn.free_port()
        self.dist_port = spawn.free_port()
        self.name = f"vez{self.port}@localhost"
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def place(self) -> Path:
        """Its folder as the server itself sees it."""
        return self.folder

    @property
    def command(self) -> list[str]:
        """How it is started."""
        return [str(SERVER)]

    @property
    def environment(self) -> dict[str, str]:
        """What makes it private."""
        (self.folder / "plugins").write_text("[].")
        return {
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.dist_port),
            "RABBITMQ_MNESIA_BASE": str(self.place / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.place / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.place / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "HOME": str(self.place),
        }

    def start(self) -> None:
        """Start it and wait until it answers. Raises NotInTime."""
        with (self.folder / "node.log").open("a") as log:
            self.process = spawn.start(self.command, env=self.environment, log=log)
        spawn.wait_for(self.answers, "RabbitMQ to answer", seconds=START_SECONDS, every=0.1)

    def answers(self) -> bool:
        """Whether it takes a connection."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as probe:
                probe.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(probe.recv(1))
        except OSError:
            return False

    def kill(self) -> None:
        """Kill -9. Raises NotInTime."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)
        spawn.wait_for(lambda: not self._is_open(), "the port to close")

    def _is_open(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def wipe(self) -> None:
        """Remove its data; it must not run."""
        shutil.rmtree(self.folder / "mnesia", ignore_errors=True)

    def set_memory_mark(self, fraction: str) -> None:
        """Set how much of the memory it may use before it blocks publishers. Raises CalledProcessError."""
        command = [str(CONTROL), "--node", self.name, "set_vm_memory_high_watermark", fraction]
        env = {**environment(), **self.environment}
        subprocess.run(command, env=env, check=True, capture_output=True, timeout=60)

    def close(self) -> None:
        """End it."""
        if self.process is not None:
            spawn.end(self.process, signal.SIGKILL)
