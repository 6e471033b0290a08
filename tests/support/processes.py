"""Child processes that tests start and end: by their own pid, also when the test fails or the run is killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vez.chaos.spawn import end, free_port, start


@contextmanager
def running(module: str, arguments: Sequence[str], log: Path, **env: str) -> Iterator[subprocess.Popen[str]]:
    """A Python module as a process for the length of a block."""
    with log.open("a") as out:
        process = start([sys.executable, "-m", module, *arguments], env=env, log=out)
        try:
            yield process
        finally:
            end(process)


__all__ = ["end", "free_port", "running", "start"]
