"""Waiting for a condition, with a limit: never sleep and hope."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], what: str, *, seconds: float = 20.0, every: float = 0.02) -> T:
    """What `condition` returns as soon as it is true. Fails with `what` and the last value after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s for {what}; at the end it was {value!r}")
        time.sleep(every)
