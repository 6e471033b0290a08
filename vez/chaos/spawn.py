"""Child processes that die with whoever started them, and waiting for a condition with a limit."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, TypeVar

from shared import clock
from shared.config import environment
from vez.embedded import child

T = TypeVar("T")


class NotInTime(Exception):
    """Something that had to happen did not."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    command: Sequence[str], *, env: Mapping[str, str], log: IO[str], cwd: Path | None = None
) -> subprocess.Popen[str]:
    """Start a command, in a folder where one is named, in a group of its own that dies with this process."""
    return subprocess.Popen(
        list(command),
        env={**environment(), **env},
        cwd=cwd,
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


def wait_for(condition: Callable[[], T], what: str, *, seconds: float = 30.0, every: float = 0.05) -> T:
    """What `condition` returns as soon as it is true. Raises NotInTime with `what` after `seconds`."""
    until = clock.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if clock.monotonic() > until:
            raise NotInTime(f"waited {seconds:g} s for {what}")
        clock.sleep(every)
