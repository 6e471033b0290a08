"""Keeps people at work: tickets are opened and walked, several at once, until it is told that there are enough."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from shared import clock
from shared.ids import new_id
from vez.chaos.client import Caller, Crowd
from vez.chaos.walk import Walk

WALKERS: Final = 4
STEP_SECONDS: Final = 0.05
"""Between two steps of one walker: people pause, and the processors are shared with what is drilled."""
MOST_AT_ONCE: Final = 12
"""Walks that one walker has begun; while they all wait for an outcome it opens no more."""
IN_AN_OUTAGE: Final = 60
OPENED_OF: Final = 0.25


@dataclass(slots=True)
class Driver:
    """Threads that walk tickets. The same seed makes the same choices, as far as the system lets it."""

    caller: Caller
    crowd: Crowd
    seed: int
    offset: Callable[[], timedelta] = timedelta
    opened: int = 0
    ended: int = 0
    _run: str = field(default_factory=lambda: new_id()[-8:])
    _opening: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)
    _errors: list[BaseException] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        self._opening.set()
        for number in range(WALKERS):
            thread = threading.Thread(target=self._work, args=(number,), name=f"walker-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def finish(self, seconds: float) -> None:
        """Open no more, walk what was begun to its end, at most so long. Raises what broke a walker."""
        self._opening.clear()
        until = clock.monotonic() + seconds
        while self.opened > self.ended and clock.monotonic() < until and not self._errors:
            clock.sleep(0.05)
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=60)
        if self._errors:
            raise self._errors[0]

    def check(self) -> None:
        """Raises what broke a walker: a drill in which nobody works proves nothing."""
        if self._errors:
            raise self._errors[0]

    def _work(self, number: int) -> None:
        chance = random.Random(f"{self.seed}-{number}")
        walks: deque[Walk] = deque()
        try:
            while not self._stopping.is_set():
                self._turn(chance, walks)
                self._stopping.wait(STEP_SECONDS)
        except BaseException as error:
            self._errors.append(error)

    def _turn(self, chance: random.Random, walks: deque[Walk]) -> None:
        """One step of the walk that waits longest; where that has nothing to do, a new walk."""
        moved = False
        if walks and not (self._opening.is_set() and len(walks) < MOST_AT_ONCE and chance.random() < OPENED_OF):
            walk = walks.popleft()
            moved = walk.step(self.offset())
            if walk.is_over:
                self._count(ended=1)
            else:
                walks.append(walk)
        if not moved and self._opening.is_set() and len(walks) < IN_AN_OUTAGE:
            walks.append(self._begin(chance))

    def _begin(self, chance: random.Random) -> Any:
        number = self._count(opened=1)
        walk = Walk(self.caller, self.crowd, f"{self._run}-{number}", chance.getrandbits(32))
        walk.step(self.offset())
        return walk

    def _count(self, *, opened: int = 0, ended: int = 0) -> int:
        with self._lock:
            self.opened += opened
            self.ended += ended
            return self.opened
