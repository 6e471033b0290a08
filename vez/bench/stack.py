"""A running `vez up` of the benchmark's own: its processes, what they cost, and holding its workers still."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from shared import clock
from shared.config import environment
from vez.embedded.child import die_with_parent
from vez.http import Origin, Unreachable

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60
AWAKE_SECONDS = 1.0
"""How long a worker that goes on has, until it is asked again whether it lives."""
HELD = {"VEZ_WORKER_STALLED_SECONDS": "3600"}
"""A worker that is held still takes no messages, and must not end itself for that."""


class Stack:
    """The processes of one system, by what they are."""

    def __init__(self, process: subprocess.Popen[bytes], data: Path, url: str) -> None:
        self.process = process
        self.data = data
        self.url = url

    def family(self) -> list[int]:
        """The pids of the system, the supervisor first."""
        found = [self.process.pid]
        parents: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
        for pid in found:
            found.extend(parents.get(pid, []))
        return found

    def pss_mb(self) -> float:
        """The memory of all processes, shared pages counted once (proportional set size)."""
        total = 0
        for pid in self.family():
            try:
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
        return total / 1024

    def cpu_seconds(self) -> dict[str, float]:
        """The processor time of each kind of process so far."""
        spent: dict[str, float] = {}
        for pid in self.family():
            try:
                stat = Path(f"/proc/{pid}/stat").read_text()
                name = self._name(pid, stat)
            except OSError:
                continue
            fields = stat.rpartition(")")[2].split()
            spent[name] = spent.get(name, 0.0) + (int(fields[11]) + int(fields[12])) / TICKS
        return spent

    @staticmethod
    def _name(pid: int, stat: str) -> str:
        program = stat.partition("(")[2].rpartition(")")[0]
        if program == "postgres":
            return "postgres"
        output = os.readlink(f"/proc/{pid}/fd/1")
        return Path(output).stem if output.endswith(".log") else program

    @contextmanager
    def workers_held(self) -> Iterator[None]:
        """The workers stopped still for the length of a block, and with them who would take them for dead.

        Raises ClickException where one ended meanwhile: then what was measured is not what was meant.
        """
        workers = [pid for pid in self.family() if self._is_worker(pid)]
        held = [self.process.pid, *workers]
        for pid in held:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            ended = [pid for pid in workers if not _goes_on(pid)]
            clock.sleep(AWAKE_SECONDS)
            _goes_on(self.process.pid)
        if ended:
            raise click.ClickException("a worker that was held still ended meanwhile: measure again")

    @staticmethod
    def _is_worker(pid: int) -> bool:
        try:
            return Path(os.readlink(f"/proc/{pid}/fd/1")).name.endswith("worker.log")
        except OSError:
            return False


def _goes_on(pid: int) -> bool:
    """Let a process that was held still go on; whether it was still there."""
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def running(data: Path, port: int) -> Iterator[Stack]:
    """Start a system on `data` and end it after the block. Raises ClickException when it does not start."""
    log = data.parent / "up.log"
    parent = os.getpid()
    command = [sys.executable, "-m", "vez", "up", "--data", str(data), "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=out,
            env={**environment(), **HELD},
            preexec_fn=lambda: die_with_parent(signal.SIGTERM, parent),
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, url, log)
        yield Stack(process, data, url)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = clock.monotonic() + START_SECONDS
    with Origin(url, timeout_seconds=5) as origin:
        while clock.monotonic() < until:
            if process.poll() is not None:
                raise click.ClickException(f"vez up ended: {log.read_text()[-2000:]}")
            try:
                if origin.send("GET", "/readyz").status == 200:
                    return
            except Unreachable:
                clock.sleep(0.05)
            clock.sleep(0.05)
    raise click.ClickException(f"vez up was not ready in {START_SECONDS} s: {log.read_text()[-2000:]}")
