"""Child processes that tests start and end: by their own pid, also when the test fails or the run is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from vez.embedded import child


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(command: Sequence[str], *, env: Mapping[str, str], log: IO[str]) -> subprocess.Popen[str]:
    """Start a command in a group of its own that dies with this process."""
    return subprocess.Popen(
        list(command),
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
        preexec_fn=partial(child.die_with_parent, signal.SIGKILL, os.getpid()),
    )


def end(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM, seconds: float = 10.0) -> None:
    """End a process and whatever it started."""
    if process.poll() is None:
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=5)


@contextmanager
def running(module: str, arguments: Sequence[str], log: Path, **env: str) -> Iterator[subprocess.Popen[str]]:
    """A Python module as a process for the length of a block."""
    with log.open("a") as out:
        process = start([sys.executable, "-m", module, *arguments], env=env, log=out)
        try:
            yield process
        finally:
            end(process)
