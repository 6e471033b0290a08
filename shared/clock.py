"""The one place that reads the clock. Tests and drills move it, by a variable or (while processes run) by a file."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from shared import ids

OFFSET = timedelta(seconds=float(os.environ.get("VEZ_CLOCK_OFFSET_SECONDS", "0")))
"""How far this process's clock is ahead from its start on. Tests that run within one process set it."""
DIFFER: Final = timedelta(minutes=1)
"""By so much the clocks of processes may differ, and nothing went back."""
LOOK_SECONDS: Final = 0.1
"""How old what we know of the file may be."""


class Followed:
    """What a file says of the clock: so many seconds more, as a number in it. It is read when asked, now and then only.

    A file that is empty, or not there, is just being written: the clock goes on as it was.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._offset = timedelta()
        self._look_at = float("-inf")

    def offset(self) -> timedelta:
        """How far ahead the file says. Raises ValueError where what it says is no number."""
        at = time.monotonic()
        if at >= self._look_at:
            self._look_at = at + LOOK_SECONDS
            self._offset = self._read()
        return self._offset

    def _read(self) -> timedelta:
        try:
            with open(self.path, encoding="ascii") as file:
                said = file.read().strip()
        except FileNotFoundError:
            said = ""
        try:
            return timedelta(seconds=float(said)) if said else self._offset
        except ValueError:
            raise ValueError(f"VEZ_CLOCK_OFFSET_FILE: {self.path} holds no number of seconds: {said!r}") from None


_path = os.environ.get("VEZ_CLOCK_OFFSET_FILE")
_followed = Followed(_path) if _path else None


def offset() -> timedelta:
    """How far our clock is ahead of the system's and of PostgreSQL's: not at all, but in tests and drills."""
    return OFFSET if _followed is None else OFFSET + _followed.offset()


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC) + offset()


def monotonic() -> float:
    """Seconds of a clock that never jumps; for time-outs only."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait; for loops that poll."""
    time.sleep(seconds)


if OFFSET or _followed is not None:
    ids.follow(offset)
