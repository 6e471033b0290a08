"""What happens during a replay, counted by many threads at once."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts and times so far. Lists are appended to and never read before the end."""

    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)
    to_holder: list[float] = field(default_factory=list)
    to_stage: list[float] = field(default_factory=list)
    cases: int = 0
    polls: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accept(self, kind: str, seconds: float, *, polls: int) -> None:
        """A command took effect, so long after it was sent."""
        with self._lock:
            self.accepted[kind] += 1
            self.polls += polls
        if kind == "submit":
            self.to_holder.append(seconds)
        elif kind == "advance":
            self.to_stage.append(seconds)

    def refuse(self, type: str, example: str) -> None:
        """A command was refused; the first of its type is kept as an example."""
        with self._lock:
            self.refused[type] += 1
            self.examples.setdefault(type, example)

    def end_case(self, given_up: str | None = None) -> None:
        """A case has been played to its end, or given up."""
        with self._lock:
            self.cases += 1
            if given_up:
                self.given_up.append(given_up)

    @property
    def commands(self) -> int:
        """How many commands took effect."""
        return sum(self.accepted.values())
