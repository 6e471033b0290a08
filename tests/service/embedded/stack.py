"""A `vez up` of a test's own, as a process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from vez.embedded import child

COMMAND = (sys.executable, "-m", "vez")
READY = re.compile(r"ready at (http://127\.0\.0\.1:\d+)")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("VEZ_")}


def run(*arguments: str, seconds: float = 30) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, env=CLEAN, timeout=seconds, check=False
    )


def wait_until(holds: Callable[[], bool], seconds: float = 15, what: str = "it") -> float:
    """Wait for something; how long it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"{what} did not happen within {seconds} s"
        time.sleep(0.01)
    return time.monotonic() - began


def below(pid: int) -> dict[int, str]:
    """The processes below one, with their names."""
    found: dict[int, str] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = place.read_text().partition(" (")[2].rpartition(") ")
        except OSError:
            continue
        fields = rest.split()
        if fields[0] != "Z" and int(fields[1]) == pid:
            found[int(place.parent.name)] = name
            found |= below(int(place.parent.name))
    return found


@dataclass
class Stack:
    """A running `vez up`."""

    process: subprocess.Popen[bytes]
    url: str
    said: Path
    data: Path

    def is_ready(self) -> bool:
        """Whether everything is ready."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def members(self) -> dict[int, str]:
        """The supervisor's own children."""
        return {pid: name for pid, name in below(self.process.pid).items() if _parent(pid) == self.process.pid}

    def token(self, email: str) -> dict[str, str]:
        """The header of somebody of the demonstration."""
        body = {"username": email, "password": "vez-demo"}
        answer = httpx.post(f"{self.url}/api/identity/v1/tokens", json=body, timeout=20)
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
    except OSError:
        return 0


def start(data: Path, *arguments: str) -> Stack:
    """Start it on a free port and wait until it says that it is ready."""
    said = data.with_suffix(".out")
    with said.open("w") as out:
        process = subprocess.Popen(
            [*COMMAND, "up", "--data", str(data), "--port", "0", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=CLEAN,
            preexec_fn=child.die_with_parent,
        )
    try:
        wait_until(lambda: bool(READY.search(said.read_text())) or process.poll() is not None, 60, "the start")
        found = READY.search(said.read_text())
        assert found, said.read_text()
    except BaseException:
        stop(process)
        raise
    return Stack(process, found[1], said, data)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End it whatever state it is in: its children end with it."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def running(data: Path, *arguments: str) -> Iterator[Stack]:
    """One for the length of a block."""
    stack = start(data, *arguments)
    try:
        yield stack
    finally:
        stop(stack.process)
