"""A ticket's clock as it is answered: how long each side had the turn, the deadline, and how that comes about."""

from __future__ import annotations

from datetime import datetime

import msgspec


class ClockSpell(msgspec.Struct, frozen=True):
    """A stretch of the ledger as a clock sees it: `why` is counted, nobody, third_party or other_side."""

    since: datetime
    until: datetime | None
    side: str
    why: str
    open_seconds: float


class ClockExplained(msgspec.Struct, frozen=True):
    """A clock that runs or pauses: `stage`, or the side over whose stages it sums. Calendar None: plain time."""

    name: str
    calendar: str | None
    due_at: datetime | None
    near_at: datetime | None
    budget_seconds: float
    spent_seconds: float
    intervals: list[ClockSpell]


class ClockShown(msgspec.Struct, frozen=True):
    """For how long each side has had the turn since the first stage, the present deadline, and how it comes about.

    `clocks` is None while the flow cannot be asked; of what is no longer open, or not yet, none run.
    """

    seconds: dict[str, float]
    due_at: datetime | None
    near_at: datetime | None
    at: datetime
    clocks: list[ClockExplained] | None
