"""Faults of PostgreSQL. Whoever runs it starts it again."""

from __future__ import annotations

import os
import random
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg

from vez.chaos import spawn
from vez.chaos.system import System

SOCKET: Final = ".s.PGSQL.5432"
EVERYBODY: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
MOST: Final = 200


def _answers(system: System) -> bool:
    try:
        system.superuser().close()
    except psycopg.OperationalError:
        return False
    return True


@dataclass
class Restarted:
    """A fast restart: those connected are cut, what was committed is on the disk."""

    how: signal.Signals = signal.SIGINT
    seconds: float = 0.0
    name: str = "a fast restart of PostgreSQL"
    before: int = 0

    def start(self, system: System, chance: random.Random) -> None:
        """Tell it to end."""
        self.before = system.postmaster()
        os.kill(self.before, self.how)

    def stop(self, system: System) -> None:
        """Wait until another one answers."""
        spawn.wait_for(lambda: system.postmaster() not in (0, self.before), "PostgreSQL to start", seconds=30)
        spawn.wait_for(lambda: _answers(system), "PostgreSQL to answer", seconds=30)


@dataclass
class Killed(Restarted):
    """Kill -9: what was committed is found again in its log."""

    how: signal.Signals = signal.SIGKILL
    name: str = "kill -9 of PostgreSQL"


@dataclass
class Refused:
    """No connection is taken, and those there were are cut."""

    seconds: float = 10.0
    name: str = "PostgreSQL refuses connections"
    hidden: Path = field(default_factory=Path)

    def start(self, system: System, chance: random.Random) -> None:
        """Take its socket away, then cut everybody."""
        with system.superuser() as connection:
            self.hidden = system.sockets / f"{SOCKET}.hidden"
            (system.sockets / SOCKET).rename(self.hidden)
            connection.execute(EVERYBODY)

    def stop(self, system: System) -> None:
        """Put it back."""
        self.hidden.rename(self.hidden.with_suffix(""))


@dataclass
class Full:
    """Somebody else holds every connection that the server allows."""

    seconds: float = 5.0
    name: str = "PostgreSQL's connections are all taken"
    taken: list[psycopg.Connection[Any]] = field(default_factory=list)

    def start(self, system: System, chance: random.Random) -> None:
        """Take all there are, those of the services too."""
        with system.superuser() as connection:
            connection.execute(EVERYBODY)
        with suppress(psycopg.OperationalError):
            while len(self.taken) < MOST:
                self.taken.append(system.superuser())

    def stop(self, system: System) -> None:
        """Give them back."""
        while self.taken:
            self.taken.pop().close()
