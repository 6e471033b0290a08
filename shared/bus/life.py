"""A worker's sign of life: its consumer says at each turn of its loop that it takes messages.

A worker whose loop stands still (a broker's connection that hangs, a blocked thread) looks well from outside: its
process runs and its other threads answer. So `/livez` fails by this sign, and the process ends itself, with every
thread's stack in its log, for whoever runs it to start it again. What it held the broker delivers to another.
"""

from __future__ import annotations

import faulthandler
from typing import Final

from shared import clock

TURN_SECONDS: Final = 1.0
STANDARD_ERROR: Final = 2
"""By its number: Celery puts an object without one in the place of `sys.stderr`."""


class Life:
    """The sign of life of one process: not alive after `stalled_seconds` without, ended after twice as long."""

    def __init__(self, stalled_seconds: float) -> None:
        self.stalled_seconds = stalled_seconds
        self._last: float | None = None
        self._is_over = False

    def begin(self) -> None:
        """Await signs from now on; where none comes, the process ends."""
        self._arm(clock.monotonic())

    def sign(self) -> None:
        """It takes messages, or tries to reach the broker."""
        now = clock.monotonic()
        if self._last is not None and now - self._last > TURN_SECONDS / 2:
            self._arm(now)

    def _arm(self, now: float) -> None:
        self._last = now
        # A thread of C's own keeps this time: it also ends a process in which no Python runs any more.
        faulthandler.dump_traceback_later(2 * self.stalled_seconds, exit=True, file=STANDARD_ERROR)
        if self._is_over:  # told so by a signal, in the midst of this
            self.finish()

    def finish(self) -> None:
        """The worker was told to stop: no sign is awaited any more."""
        self._is_over = True
        self._last = None
        faulthandler.cancel_dump_traceback_later()

    def wrong(self) -> str | None:
        """What is wrong, or None."""
        silent = 0.0 if self._last is None else clock.monotonic() - self._last
        return f"the worker has taken no message for {silent:.0f} s" if silent > self.stalled_seconds else None
