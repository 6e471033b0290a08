"""Deaths of processes: at random, and at named points of the code. Whoever runs them starts them again."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from vez.chaos import spawn
from vez.chaos.faults.fault import Fault
from vez.chaos.system import System

POINTS: Final = (
    "before_commit",
    "after_commit",
    "before_publish",
    "after_publish",
    "after_mark",
    "before_inbox_commit",
    "after_inbox_commit",
    "before_acknowledge",
    "after_acknowledge",
    "before_send",
    "after_send",
    "after_settle",
    "before_call",
    "after_call",
    "after_call_settle",
    "before_reserve",
    "after_put",
    "after_store",
)
"""The points that every drill passes again and again."""
RELAY: Final = ("before_relay", "after_relay")
"""Passed only where a process died before it published: each is drilled after such a death."""
REACHED_SECONDS: Final = 60.0
ALIVE_SECONDS: Final = 40.0


def _wait_until_alive(system: System) -> None:
    """Wait until whatever died runs again. Raises NotInTime."""
    system.wait_until_ready(ALIVE_SECONDS)


@dataclass
class Kill:
    """One process whose name ends in `kind`."""

    kind: str
    seconds: float = 0.0
    victim: str = ""

    @property
    def name(self) -> str:
        """What was killed."""
        return f"kill -9 of {self.victim or self.kind}"

    def start(self, system: System, chance: random.Random) -> None:
        """Kill it."""
        self.victim = system.kill(self.kind, chance)

    def stop(self, system: System) -> None:
        """Wait until it runs again."""
        _wait_until_alive(system)


@dataclass
class KillAny(Kill):
    """A worker, an HTTP process or the stream."""

    kind: str = "process"

    def start(self, system: System, chance: random.Random) -> None:
        """Kill one; where the last of its kind is only being started again, wait for it. Raises NotInTime."""
        kind = chance.choice(["worker", "worker", "http", "stream"])
        spawn.wait_for(lambda: self._strike(system, kind, chance), f"a process to kill: {kind}", seconds=ALIVE_SECONDS)

    def _strike(self, system: System, kind: str, chance: random.Random) -> bool:
        self.victim = system.kill(kind, chance)
        return bool(self.victim)

    def stop(self, system: System) -> None:
        """The next one may be killed while this one starts: nothing waits."""


@dataclass
class CrashPoints:
    """Whoever passes one of these points first dies there; then whoever passes the next."""

    points: tuple[str, ...]
    seconds: float = 0.0
    unreached: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The points."""
        return f"kill -9 at {' and '.join(self.points)}"

    def start(self, system: System, chance: random.Random) -> None:
        """Arm the points."""
        for point in self.points:
            (system.crashes / point).touch()

    def stop(self, system: System) -> None:
        """Wait until all were passed, and all who died run again."""
        places = [system.crashes / point for point in self.points]
        try:
            spawn.wait_for(lambda: not any(p.exists() for p in places), self.name, seconds=REACHED_SECONDS)
        except spawn.NotInTime:
            self.unreached = [place.name for place in places if place.exists()]
            for place in places:
                place.unlink(missing_ok=True)
        system.deaths += len(self.points) - len(self.unreached)
        _wait_until_alive(system)


def crash_points() -> list[Fault]:
    """Each point by itself; those of the relay after a death that leaves it work."""
    return [*(CrashPoints((point,)) for point in POINTS), *(CrashPoints(("after_commit", point)) for point in RELAY)]


def crash_pairs() -> list[Fault]:
    """Every pair of points."""
    return [CrashPoints(pair) for pair in combinations((*POINTS, *RELAY), 2) if not set(pair) <= set(RELAY)]
