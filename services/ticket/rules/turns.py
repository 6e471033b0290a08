"""The turn ledger: whose turn it was from when to when, and for how long each side had it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, Protocol

SIDES: Final = ("client", "attendant", "third_party", "nobody")


class Beginning(Protocol):
    """An entry of the ledger: only beginnings are stored."""

    @property
    def side(self) -> str: ...
    @property
    def since(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Span:
    """A turn with its end: where the next begins, none yet for the present one."""

    side: str
    since: datetime
    until: datetime | None


def spans(entries: Sequence[Beginning]) -> list[Span]:
    """Each entry ends where the next begins, so gaps and overlaps cannot exist."""
    if not entries:
        return []
    ended = [Span(a.side, a.since, b.since) for a, b in pairwise(entries)]
    return [*ended, Span(entries[-1].side, entries[-1].since, None)]


def seconds_by_side(entries: Sequence[Beginning], start: datetime, end: datetime) -> dict[str, float]:
    """How long each side had the turn between `start` and `end`."""
    sums = dict.fromkeys(SIDES, 0.0)
    for span in spans(entries):
        since, until = max(span.since, start), min(span.until or end, end)
        sums[span.side] += max(0.0, (until - since).total_seconds())
    return sums


CLIENT_FILTERS: Final[dict[str, tuple[str, ...]]] = {
    "all": ("draft", "client", "attendant", "third_party", "nobody", "concluded", "cancelled"),
    "my_turn": ("draft", "client"),
    "awaiting": ("attendant", "third_party", "nobody"),
    "concluded": ("concluded",),
    "cancelled": ("cancelled",),
}
"""The client's filters, as the shelves that each shows (domain page, the table of filters)."""

ATTENDANT_FILTERS: Final[dict[str, tuple[str, ...]]] = {
    "all": ("client", "attendant", "third_party", "nobody", "concluded", "cancelled"),
    "my_turn": ("attendant",),
    "my_queues": ("attendant", "third_party"),
    "awaiting": ("client",),
    "awaiting_client": ("client",),
    "awaiting_third_party": ("third_party",),
    "concluded": ("concluded",),
    "cancelled": ("cancelled",),
}
