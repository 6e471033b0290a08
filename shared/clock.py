"""The one place that reads the clock. Tests and fault drills move it by `VEZ_CLOCK_OFFSET_SECONDS`."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

OFFSET = timedelta(seconds=float(os.environ.get("VEZ_CLOCK_OFFSET_SECONDS", "0")))


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC) + OFFSET


def monotonic() -> float:
    """Seconds of a clock that never jumps; for time-outs only."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait; for loops that poll."""
    time.sleep(seconds)
