"""All of docker-compose.yml's processes apart on this machine, each as often as asked for, behind deploy/front's Caddy.

Each process is at an address of its own; the front finds them by their entry's name, as Compose's names do: the hosts
file that it sees (in a mount namespace of its own) has a line for each. What they are told is the file's, but that they
ask each other through the front.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller

from shared.contracts.topology import SERVICES
from tests.faults import installation
from tests.faults.installation import ADDRESSES, BUILT, DEPLOY, ENTRIES, Letters
from tests.support import processes, rabbitmq
from tests.support.compose import ROOT
from tests.support.waiting import wait_until
from vez import estate, lazy
from vez.demo import load

HIDDEN = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"')


def require() -> None:
    """Skip the test, in one line, where it cannot run; fail in CI."""
    rabbitmq.require()
    if os.geteuid() != 0:
        pytest.skip("The front's names need a mount namespace: run as root")


@dataclass
class Process:
    """One process of an entry."""

    entry: str
    address: str
    log: Path
    command: list[str]
    environ: Mapping[str, str]
    tree: Path = ROOT
    running: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, in the code of its tree."""
        with self.log.open("a") as out:
            self.running = processes.start(self.command, env=self.environ, log=out, cwd=self.tree)

    def stop(self, seconds: float = 30) -> None:
        """Tell it to end, as Compose does, and wait."""
        assert self.running is not None
        processes.end(self.running, seconds=seconds)

    def is_ready(self) -> bool:
        """Whether its health check passes."""
        assert self.running is not None
        assert self.running.poll() is None, f"{self.entry} ended: {self.log.read_text()[-2000:]}"
        try:
            return (
                httpx.get(f"http://{self.address}:{ENTRIES[self.entry]['healthcheck']['test'][-1]}").status_code == 200
            )
        except httpx.TransportError:
            return False

    def wait_until_ready(self) -> None:
        """Wait for that."""
        wait_until(self.is_ready, f"{self.entry} to be ready", seconds=120, every=0.1)


@dataclass
class Apart:
    """What runs."""

    folder: Path
    counts: Mapping[str, int]
    trees: Mapping[str, Path] = field(default_factory=dict)
    letters: Letters = field(default_factory=Letters)
    processes: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url = f"http://{ADDRESSES['front']}"
        self.keys = self.folder / "keys"
        self.hosts = self.folder / "hosts"
        self._places = (f"127.77.{n // 200 + 1}.{n % 200 + 1}" for n in itertools.count())
        for entry in BUILT:
            for number in range(self.counts.get(entry, 1)):
                self.processes.append(self._process(entry, number, self.trees.get(entry, ROOT)))
        self._write_hosts()

    def _write_hosts(self) -> None:
        beside = [(name, at) for name, at in ADDRESSES.items() if name not in BUILT]
        names = [*beside, *((process.entry, process.address) for process in self.processes)]
        self.hosts.write_text("".join(f"{at} {name}\n" for name, at in names))

    def replace(self, old: Process) -> None:
        """Stop a process and start this code's in its place, at an address of its own, as a container's is."""
        old.stop()
        new = self._process(old.entry, len(self.processes), ROOT)
        self.processes[self.processes.index(old)] = new
        self._write_hosts()
        new.start()
        new.wait_until_ready()

    def environ(self, entry: str) -> dict[str, str]:
        """What an entry's process is told."""
        told: Mapping[str, Any] = ENTRIES[entry]["environment"]
        found = {variable: installation.with_addresses(value) for variable, value in told.items()}
        found |= {f"VEZ_{s.upper()}_URL": f"{self.url}/api/{s}" for s in SERVICES}
        return {**found, "VEZ_PUBLIC_URL": self.url, "VEZ_IDENTITY_KEY_FILE": str(self.keys / "signing-key.pem")}

    def _process(self, entry: str, number: int, tree: Path) -> Process:
        address = next(self._places)
        arguments = [address if word == "0.0.0.0" else word for word in ENTRIES[entry]["command"]]
        command = [sys.executable, "-m", "vez", *arguments]
        log = self.folder / f"{entry}-{number}.log"
        return Process(entry, address, log, command, self.environ(entry), tree)

    def databases(self) -> dict[str, str]:
        """The address of each service's database."""
        return {service: self.environ(f"{service}-http")[f"VEZ_{service.upper()}_DATABASE_URL"] for service in SERVICES}

    def superuser(self) -> str:
        """The address of PostgreSQL for who may see everything."""
        secret = ENTRIES["postgres"]["environment"]["POSTGRES_PASSWORD"]
        return f"postgresql://postgres:{secret}@{ADDRESSES['postgres']}:5432/postgres"

    def set_up(self) -> None:
        """What the entry `setup` does; and the demonstration's people."""
        done = subprocess.run(
            [sys.executable, "-m", "vez", "setup"],
            env={**os.environ, **self.environ("setup")},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        load.make_people(estate.load_options("identity", self.environ("identity-http")))

    def start_front(self) -> subprocess.Popen[str]:
        """Start the front proxy on the file of deploy/front."""
        told = {**ENTRIES["front"]["environment"], "VEZ_SITE_ADDRESS": self.url, "HOME": str(self.folder)}
        caddy = [lazy.program("caddy"), "run", "--config", str(DEPLOY / "front/Caddyfile")]
        with (self.folder / "front.log").open("w") as log:
            return processes.start([*HIDDEN, str(self.hosts), *caddy], env=told, log=log)


@contextmanager
def running(folder: Path, counts: Mapping[str, int], trees: Mapping[str, Path] | None = None) -> Iterator[Apart]:
    """All of it, with the demonstration's catalog, for a block; `trees` is other code for some entries."""
    one = Apart(folder, counts, trees or {})
    mail = Controller(one.letters, hostname=ADDRESSES["mail"], port=1025)
    with (
        installation.database(folder),
        installation.broker(folder / "rabbitmq"),
        installation.store(folder / "objects"),
    ):
        mail.start()
        front = one.start_front()
        try:
            one.set_up()
            for process in one.processes:
                process.start()
            for process in one.processes:
                process.wait_until_ready()
            with httpx.Client(base_url=one.url, timeout=20) as client:
                load.fill(client)
            yield one
        finally:
            for process in one.processes:
                if process.running is not None:
                    processes.end(process.running, seconds=0.1)
            processes.end(front)
            mail.stop()
