"""What a rehearsal finds, counted: data that the walk fills in and the report reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Final, Literal

Problem = Literal["dead-ends", "nobody", "refused", "unfinished", "asked", "holders", "deadlines", "durations"]
PROBLEMS: Final[tuple[Problem, ...]] = (
    "dead-ends", "nobody", "refused", "unfinished", "asked", "holders", "deadlines", "durations",
)  # fmt: skip
GRAVE: Final[tuple[Problem, ...]] = ("dead-ends", "nobody", "refused", "unfinished")
"""What fails a rehearsal unless its caller says otherwise: what nobody can want."""
EXAMPLES: Final = 3
LONGER: Final = 1.01
"""Durations are found longer where their median is by more than this."""


@dataclass(slots=True)
class Met:
    """How often something was met, in how many tickets, and the first few of them."""

    count: int = 0
    tickets: int = 0
    examples: list[str] = field(default_factory=list)
    _last: str = ""

    def add(self, number: str) -> None:
        """It was met in the ticket of that number."""
        self.count += 1
        if number != self._last:
            self.tickets += 1
            self._last = number
            if len(self.examples) < EXAMPLES and number not in self.examples:
                self.examples.append(number)


Places = dict[tuple[str, ...], Met]


def _places() -> Places:
    return defaultdict(Met)


@dataclass(slots=True)
class Times:
    """How long the same thing took as recorded and as rehearsed, ticket by ticket, in seconds."""

    recorded: list[float] = field(default_factory=list)
    rehearsed: list[float] = field(default_factory=list)

    def add(self, before: timedelta, after: timedelta) -> None:
        """One ticket's two times."""
        self.recorded.append(before.total_seconds())
        self.rehearsed.append(after.total_seconds())

    @property
    def medians(self) -> tuple[float, float]:
        """The middle time as recorded and as rehearsed; zeros where there is none."""
        return (median(self.recorded), median(self.rehearsed)) if self.recorded else (0.0, 0.0)


@dataclass(slots=True)
class Findings:
    """Of one type. The keys of places begin with the stage, and end with what was met there."""

    type: str
    tickets: int = 0
    ended: int = 0
    """How many of the tickets had ended, and so should in the draft."""
    moves: int = 0
    dead_ends: Places = field(default_factory=_places)
    nobody: Places = field(default_factory=_places)
    refused: Places = field(default_factory=_places)
    unfinished: Places = field(default_factory=_places)
    asked: Places = field(default_factory=_places)
    holders: Places = field(default_factory=_places)
    deadlines: Places = field(default_factory=_places)
    changed: set[str] = field(default_factory=set)
    """The tickets in which a stage had another holder."""
    by_clock: Counter[str] = field(default_factory=Counter)
    whole: Times = field(default_factory=Times)
    stages: dict[str, Times] = field(default_factory=lambda: defaultdict(Times))

    def places(self, problem: Problem) -> Places:
        """Where a problem was met; durations have no places."""
        return {} if problem == "durations" else getattr(self, problem.replace("-", "_"))

    def has(self, problem: Problem) -> bool:
        """Whether the rehearsal found it."""
        if problem == "durations":
            before, after = self.whole.medians
            return after > before * LONGER
        return bool(self.places(problem))


def found(all_findings: Iterable[Findings], wanted: Iterable[Problem]) -> list[Problem]:
    """Those of the wanted problems that any type has, in their order."""
    listed = list(all_findings)
    return [problem for problem in wanted if any(each.has(problem) for each in listed)]
