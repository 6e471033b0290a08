"""The reports of the past computed anew, case by case, in the plainest way: what the statements are held against."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

from tests.builders.ledger import Past, Turn


@dataclass(frozen=True)
class Visit:
    """One stay in a stage: how long each side had the turn in it."""

    stage: str
    is_end: bool
    sides: Counter[str]

    @property
    def seconds(self) -> float:
        return sum(self.sides.values())


def visits(case: Past) -> list[Visit]:
    """The stages of a case, one after the other."""
    found: list[Visit] = []
    for turn, after in zip(case.turns, [*case.turns[1:], None], strict=True):
        is_end = turn.cause == "finished"
        if turn.cause in ("entered", "reopened") or (is_end and found[-1].stage != turn.stage):
            found.append(Visit(turn.stage, is_end, Counter()))
        if not is_end and after is not None:
            found[-1].sides[turn.side] += (after.since - turn.since).total_seconds()  # type: ignore[assignment]
    return found


def variants(cases: Iterable[Past]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(visit.stage for visit in visits(case)) for case in cases)


def stays(cases: Iterable[Past]) -> dict[str, list[float]]:
    """How long each visit to each stage lasted."""
    found: dict[str, list[float]] = defaultdict(list)
    for case in cases:
        for visit in visits(case):
            if not visit.is_end:
                found[visit.stage].append(visit.seconds)
    return found


def mean_and_median(lengths: Sequence[float]) -> tuple[float, float]:
    return mean(lengths), median(lengths)


def rework(cases: Iterable[Past]) -> dict[str, tuple[int, int]]:
    """For each stage that cases came back to: how many did, how often."""
    found: dict[str, list[int]] = defaultdict(list)
    for case in cases:
        for stage, times in Counter(visit.stage for visit in visits(case)).items():
            if times > 1:
                found[stage].append(times - 1)
    return {stage: (len(times), sum(times)) for stage, times in found.items()}


def loops(cases: Iterable[Past]) -> Counter[tuple[str, str]]:
    """How often cases came back to a stage, by the stage from which."""
    found: Counter[tuple[str, str]] = Counter()
    for case in cases:
        way = [visit.stage for visit in visits(case)]
        found.update((way[n - 1], stage) for n, stage in enumerate(way) if stage in way[:n])
    return found


def party(turn: Turn) -> str | None:
    return turn.side if turn.side in ("client", "third_party") else turn.holder


def hand_overs(cases: Iterable[Past]) -> Counter[tuple[str, str]]:
    """How often the turn passed from one to another."""
    found: Counter[tuple[str, str]] = Counter()
    for case in cases:
        held = [who for turn in case.turns if (who := party(turn)) is not None]
        found.update((a, b) for a, b in pairwise(held) if a != b)
    return found
