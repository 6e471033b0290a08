"""Which commands a case needs: pure, in the survey's numbers.

An event's resource enters its stage. Who holds the ticket hands it over first: from a queue the resource takes it, from
another person that person transfers it; then the resource takes the transition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from vez.discover.draft import TERMINAL
from vez.discover.survey import Walk

Kind = Literal["take", "transfer", "advance"]
QUEUE: Final = None
"""The holder of a ticket that nobody has taken yet."""


@dataclass(frozen=True, slots=True)
class Command:
    """`by` and `to_person` are attendants by their numbers; `transition` is a code, of an advance only."""

    kind: Kind
    by: int
    to_person: int | None = None
    transition: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One entry into a stage, and by whom: an event of the log, or the end after the last one."""

    attendant: int
    stage: str


def steps(walk: Walk, stages: Sequence[str]) -> Iterator[Step]:
    """The steps of a case, the ending one last. `stages` are the codes by activity."""
    for activity, resource in zip(walk.activities, walk.resources, strict=True):
        yield Step(resource, stages[activity])
    yield Step(walk.resources[-1], TERMINAL)


def commands(step: Step, holder: int | None) -> tuple[Command, ...]:
    """What brings a ticket that `holder` holds into the step's stage."""
    advance = Command("advance", step.attendant, transition=step.stage)
    if holder is QUEUE:
        return Command("take", step.attendant), advance
    if holder != step.attendant:
        return Command("transfer", holder, to_person=step.attendant), advance
    return (advance,)


def planned(walk: Walk, stages: Sequence[str]) -> Iterator[Command]:
    """All commands of a case after its submission, each stage being held by who entered it."""
    holder: int | None = QUEUE
    for step in steps(walk, stages):
        yield from commands(step, holder)
        holder = step.attendant


def command_count(walk: Walk) -> int:
    """How many commands a case needs, its submission counted."""
    handovers = sum(before != after for before, after in zip(walk.resources, walk.resources[1:], strict=False))
    return 1 + 1 + handovers + len(walk) + 1
