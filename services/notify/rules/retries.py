"""When a delivery that failed is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MAIL: Final = tuple(timedelta(seconds=s) for s in (1, 5, 30, 120, 600, 3600))
WEBHOOK: Final = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600))
GIVE_UP_AFTER: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt. `permanent`: the other side said that trying again cannot help.

    `unreached`: the other side was not there at all; that is nobody's fault, counts as no try and parks nothing.
    `dead_address`: the recipient's address itself is refused for good. `troubled`: the server that was asked is in
    trouble, whatever it was given; `uncertain`: it may have taken it all the same. `retry_after`: how long it
    asked to be left alone.
    """

    sent: bool
    reason: str | None = None
    permanent: bool = False
    unreached: bool = False
    dead_address: bool = False
    troubled: bool = False
    uncertain: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What the ledger says after an attempt."""

    state: str
    reason: str | None = None
    next_try_at: datetime | None = None
    sent_at: datetime | None = None


def settle(
    outcome: Outcome, *, tries: int, since: datetime, now: datetime, steps: tuple[timedelta, ...] = MAIL
) -> Fate:
    """The fate of a delivery after its `tries`-th attempt; `since` is when it was first due.

    Failures are tried again after `steps`, then hourly for three days, then parked; permanent ones are parked at once.
    """
    if outcome.sent:
        return Fate("sent", sent_at=now)
    if outcome.permanent:
        return Fate("parked", outcome.reason)
    if now - since >= GIVE_UP_AFTER and not outcome.unreached:
        return Fate("parked", outcome.reason)
    step = max(steps[min(max(tries, 1), len(steps)) - 1], outcome.retry_after or timedelta())
    return Fate("failed", outcome.reason, next_try_at=now + step)
