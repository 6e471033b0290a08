"""A real S3 server of a test's own: rclone. It can be killed, stopped still, full, deny, and be started again."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, Popen

from tests.support.processes import free_port
from tests.support.waiting import wait_until
from vez import lazy
from vez.embedded import child

BUCKET = "vez"
KEY, SECRET = "a-key", "a-secret-of-tests"


class ObjectServer:
    """The server; `url` stays the same however often it is started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: Popen[bytes] | None = None
        self.bucket.mkdir()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def bucket(self) -> Path:
        """The bucket's folder."""
        return self.folder / BUCKET

    def keys(self) -> list[str]:
        """The keys of every object, in order."""
        return sorted(str(each.relative_to(self.bucket)) for each in self.bucket.rglob("*") if each.is_file())

    def empty(self) -> None:
        """Remove every object."""
        for each in self.bucket.iterdir():
            shutil.rmtree(each)

    def start(self, *, secret: str = SECRET, most_bytes: int | None = None) -> None:
        """Start, and wait until it answers. Another `secret`: it denies us; `most_bytes`: larger ones have no room."""
        arguments = [lazy.program("rclone"), "serve", "s3", "--vfs-cache-mode", "off", "--dir-cache-time", "1ms"]
        arguments += ["--addr", f"127.0.0.1:{self.port}", str(self.folder)]
        environ = {"PATH": os.defpath, "HOME": str(self.folder), "RCLONE_CONFIG": os.devnull, "GOMEMLIMIT": "64MiB"}
        environ["RCLONE_AUTH_KEY"] = f'"{KEY},{secret}"'
        dies = partial(_bounded, os.getpid(), most_bytes)
        self._process = Popen(
            arguments, env=environ, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, preexec_fn=dies, process_group=0
        )
        wait_until(self._answers, "the object store to answer")

    def kill(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self, *, secret: str = SECRET, most_bytes: int | None = None) -> None:
        """Start it anew, as `start` says."""
        self.kill()
        self.start(secret=secret, most_bytes=most_bytes)

    def pause(self) -> None:
        """Stop it still: connections are taken, nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def _bounded(parent: int, most_bytes: int | None) -> None:
    """In the child: die with the parent; files above the bound cannot be written, as on a disk that is full."""
    child.die_with_parent(signal.SIGKILL, parent)
    if most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


@contextmanager
def running() -> Iterator[ObjectServer]:
    """A running server for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="vez-objects-") as place:
        server = ObjectServer(Path(place))
        server.start()
        try:
            yield server
        finally:
            server.kill()
