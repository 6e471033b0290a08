"""What every fault is."""

from __future__ import annotations

import random
from typing import Protocol

from vez.chaos.system import System


class Fault(Protocol):
    """Something that goes wrong. `seconds`: how long it lasts."""

    seconds: float

    @property
    def name(self) -> str:
        """What a report calls it."""

    def start(self, system: System, chance: random.Random) -> None:
        """Let it begin."""

    def stop(self, system: System) -> None:
        """Let it end. Raises NotInTime where what has to come back does not."""
