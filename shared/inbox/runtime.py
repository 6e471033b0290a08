"""What runs in a worker's process for one service: its database, units of work, timers and questions to others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from shared import clock, telemetry
from shared.client import Services
from shared.config import Common
from shared.database import Database, Reader
from shared.errors import Missing, Retryable
from shared.ids import SYSTEM, Actor
from shared.outbox import Publisher
from shared.transaction import Committed, Store, Transaction, Units

R = TypeVar("R")
Resolver = tuple[Callable[[Services, str], Any], Callable[[Transaction, Any], None]]
log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Timer:
    """Something due by time: `run` does what is due and returns how many; more than none runs it again at once."""

    name: str
    every_seconds: float
    run: Callable[[Runtime], int]

    @classmethod
    def of(cls, name: str, every_seconds: float, verb: Callable[[Transaction], int]) -> Timer:
        """A timer that does nothing but run a verb."""
        return cls(name, every_seconds, lambda runtime: runtime.run(verb))


@dataclass(slots=True)
class Runtime:
    """The edge's tools in a worker: run a verb, read, ask another service, reach a gateway."""

    options: Common
    store: Store
    database: Database
    publisher: Publisher
    services: Services
    resolvers: Mapping[str, Resolver]
    gateways: Mapping[str, Any] = field(default_factory=dict)
    bells: dict[str, threading.Event] = field(default_factory=dict)
    units: Units = field(init=False)

    def __post_init__(self) -> None:
        self.units = Units(self.database, self.store, self.hand_on)

    def run(self, verb: Callable[[Transaction], R], *, actor: Actor = SYSTEM) -> R:
        """Run a verb in a unit of work of its own; what it misses is asked for once. Raises what the verb raises."""
        try:
            return self.units.run(verb, actor=actor)
        except Missing as missing:
            self.resolve(missing)
            return self.units.run(verb, actor=actor)

    def reader(self) -> AbstractContextManager[Reader]:
        """A Reader for the length of a block."""
        return self.database.reader()

    def resolve(self, missing: Missing) -> None:
        """Ask another service for what a verb missed and store it. Raises Retryable when it cannot be asked."""
        resolver = self.resolvers.get(missing.kind)
        if resolver is None:
            raise missing
        ask, store = resolver
        answer = ask(self.services, missing.id)
        self.units.run(lambda tx: store(tx, answer))

    def hand_on(self, committed: Committed) -> None:
        """After a commit: publish, ring, wake."""
        self.publisher.offer(committed.envelopes, committed.rings)
        for name in committed.wakes:
            if name in self.bells:
                self.bells[name].set()


class TimerThread:
    """Runs one timer until told to stop. A failure is logged and tried again at the next turn."""

    def __init__(self, timer: Timer, runtime: Runtime, first_seconds: float = 0.0) -> None:
        self.timer = timer
        self.runtime = runtime
        self.first_seconds = first_seconds
        self.bell = runtime.bells.setdefault(timer.name, threading.Event())
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=f"{runtime.store.service}-{timer.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end."""
        self._stopping.set()
        self.bell.set()

    def join(self) -> None:
        """Wait for its end, at most 5 s."""
        self._thread.join(timeout=5)

    def _loop(self) -> None:
        self.bell.wait(self.first_seconds)
        while not self._stopping.is_set():
            self.bell.clear()
            started = clock.monotonic()
            if not self._turn():
                self.bell.wait(max(0.0, self.timer.every_seconds - (clock.monotonic() - started)))

    def _turn(self) -> bool:
        try:
            return self.timer.run(self.runtime) > 0
        except Retryable as error:
            log.warning("timer_waits", timer=self.timer.name, service=self.runtime.store.service, reason=str(error))
        except Exception:
            log.exception("timer_failed", timer=self.timer.name, service=self.runtime.store.service)
        return False
