"""Jumps of the clock of every process, while they run and timers are pending."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg

from shared import clock
from vez.chaos import spawn
from vez.chaos.system import System

PENDING: Final = """
    SELECT count(*) FILTER (WHERE mode = 'scheduled'), count(*) FILTER (WHERE mode <> 'scheduled')
    FROM flows WHERE state = 'running' AND next_at > %s AND next_at <= %s"""
"""Sleeps that are to end, and deadlines that are to come near or be missed, between two instants."""
BEFORE_ALL: Final = datetime(2000, 1, 1, tzinfo=UTC)
FEWEST: Final = 2
PENDING_SECONDS: Final = 180.0
FIRED_SECONDS: Final = 60.0


@dataclass
class Jump:
    """So many hours, from one moment to the next. `pending`: how many timers were to fire within as many hours."""

    hours: float
    seconds: float = 0.0
    pending: int = 0

    @property
    def name(self) -> str:
        """How far, and where to."""
        return f"every clock jumps {abs(self.hours):g} h {'forward' if self.hours > 0 else 'back'}"

    def prepare(self, system: System) -> None:
        """Wait until sleeps and deadlines are pending. Raises NotInTime where they never are."""

        def are_pending() -> bool:
            now = clock.now() + system.offset
            asleep, deadlines = _between(system, now, now + timedelta(hours=abs(self.hours)))
            self.pending = asleep + deadlines
            return min(asleep, deadlines) >= FEWEST

        spawn.wait_for(are_pending, "sleeps and deadlines to be pending", seconds=PENDING_SECONDS, every=0.2)

    def start(self, system: System, chance: random.Random) -> None:
        """Move the clock."""
        system.move_clock(timedelta(hours=self.hours))

    def stop(self, system: System) -> None:
        """Wait until everything that is due by the new clock was done. Raises NotInTime."""
        now = clock.now() + system.offset

        def have_fired() -> bool:
            return not any(_between(system, BEFORE_ALL, now))

        spawn.wait_for(have_fired, f"timers to fire after {self.name}", seconds=FIRED_SECONDS)


def _between(system: System, after: datetime, until: datetime) -> tuple[int, int]:
    with psycopg.connect(system.databases()["workflow"], connect_timeout=5) as connection:
        row = connection.execute(PENDING, (after, until)).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
