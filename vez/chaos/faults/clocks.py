"""Jumps of the clock of every process."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from vez.chaos.system import System


@dataclass
class Jump:
    """So many hours, from one moment to the next: all processes start again with another clock."""

    hours: float
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """How far, and where to."""
        return f"every clock jumps {abs(self.hours):g} h {'forward' if self.hours > 0 else 'back'}"

    def start(self, system: System, chance: random.Random) -> None:
        """End everything and move the clock."""
        system.down()
        system.offset += timedelta(hours=self.hours)

    def stop(self, system: System) -> None:
        """Start it again."""
        system.up()
