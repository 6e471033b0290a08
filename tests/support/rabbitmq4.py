"""RabbitMQ 4 for tests, where the machine's own packages have an older one: a newer Debian's, in a root of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import rabbitmq
from tests.support.processes import free_port

RELEASE = "trixie"
HOW_TO_GET = "RabbitMQ 4 cannot be had here: as root, apt-get install debootstrap"
ALONE = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
"""What is started so sees none of our processes, and whatever it starts (epmd) ends with it."""


def require() -> None:
    """Skip the test, in one line, where the tools are missing; fail in CI."""
    if os.geteuid() == 0 and shutil.which("debootstrap"):
        return
    if os.environ.get("CI") == "true":
        pytest.fail(HOW_TO_GET)
    pytest.skip(HOW_TO_GET)


class Node(rabbitmq.Node):
    """One node, in the root of that Debian; its data is there too."""

    def __init__(self, root: Path, folder: Path) -> None:
        super().__init__(folder)
        self.root = root
        self.epmd_port = free_port()

    @property
    def place(self) -> Path:
        """Its folder as the server itself sees it."""
        return Path("/") / self.folder.relative_to(self.root)

    @property
    def command(self) -> list[str]:
        """How it is started."""
        return [*ALONE, f"--root={self.root}", "--mount-proc", str(rabbitmq.SERVER)]

    @property
    def environment(self) -> dict[str, str]:
        """What makes it private."""
        return {**super().environment, "ERL_EPMD_PORT": str(self.epmd_port), "LC_ALL": "C.UTF-8"}


def install(root: Path) -> None:
    """Make the root with the server in it; nothing to do where it is."""
    if (root / rabbitmq.SERVER.relative_to("/")).exists():
        return
    shutil.rmtree(root, ignore_errors=True)
    _run(["debootstrap", "--variant=minbase", RELEASE, str(root)])
    subprocess.run(["umount", "--lazy", str(root / "proc")], capture_output=True)
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")  # the packaged server would start a node of its own
    policy.chmod(0o755)
    apt = "apt-get install --yes --quiet --no-install-recommends rabbitmq-server"
    _run([*ALONE, f"--root={root}", "--mount-proc", "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", apt])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@contextmanager
def node() -> Iterator[Node]:
    """A running node for the length of a block; VEZ_TEST_RABBITMQ_4 names a folder that keeps the server."""
    with tempfile.TemporaryDirectory(prefix="vez-rabbitmq-4-", ignore_cleanup_errors=True) as temporary:
        root = Path(os.environ.get("VEZ_TEST_RABBITMQ_4", temporary)).absolute() / "root"
        install(root)
        folder = Path(tempfile.mkdtemp(prefix="node-", dir=root / "srv"))
        one = Node(root, folder)
        try:
            one.start()
            yield one
        finally:
            one.close()
            shutil.rmtree(folder, ignore_errors=True)
