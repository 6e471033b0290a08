"""One service's part of a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared import clock, telemetry
from shared.bus import Bus
from shared.client import Services
from shared.config import Common
from shared.contracts import envelope_from_wire
from shared.database import Database
from shared.errors import Retryable
from shared.ids import new_id
from shared.inbox import sweep
from shared.inbox.runner import Committer, Handler, Job
from shared.inbox.runtime import Resolver, Runtime, Timer, TimerThread
from shared.outbox import Publisher
from shared.transaction import Store

BURY = "INSERT INTO dead_letters (id, received_at, reason, headers, body) VALUES (%s, clock_timestamp(), %s, '{}', %s)"
SPREAD_SECONDS = 0.05
"""Between the first turns of two timers: all at once would open a connection for each of them."""
log = telemetry.logger(__name__)


@dataclass(slots=True)
class Part:
    """A service's handlers, timers and work, and the threads that run them. `worker.py` of each service makes one.

    `gateways` is called in the worker's own process, after any fork, and gives what timers and work reach out with.
    """

    options: Common
    store: Store
    handlers: Mapping[str, Handler]
    services: Services
    resolvers: Mapping[str, Resolver] = field(default_factory=dict)
    timers: Sequence[Timer] = ()
    work_kinds: Mapping[str, Callable[[Runtime, str], None]] = field(default_factory=dict)
    gateways: Callable[[], Mapping[str, Any]] = dict
    runtime: Runtime = field(init=False)
    committer: Committer = field(init=False)
    threads: list[TimerThread] = field(init=False, default_factory=list)

    @property
    def name(self) -> str:
        """The service's name."""
        return self.store.service

    def start(self, bus: Bus) -> None:
        """Open the database, begin the committer, the publisher and the timers."""
        name, options = self.name, self.options
        database = Database(
            options.database_url, application_name=f"vez-{name}-worker", size=options.database_pool_size
        )
        publisher = Publisher(name, database, Bus(options.broker_url, f"vez-{name}-publisher"))
        gateways = self.gateways()
        self.runtime = Runtime(options, self.store, database, publisher, self.services, self.resolvers, gateways)
        self.committer = Committer(self.runtime, self.handlers, options.inbox_tries)
        relay = Bus(options.broker_url, f"vez-{name}-relay")
        every = (*sweep.timers(self.committer, relay), *self.timers)
        self.threads = [TimerThread(timer, self.runtime, n * SPREAD_SECONDS) for n, timer in enumerate(every)]
        publisher.start()
        self.committer.start()
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Finish what runs, end every thread, close the database."""
        for thread in self.threads:
            thread.stop()
        self.committer.stop()
        for thread in self.threads:
            thread.join()
        self.runtime.publisher.stop()
        self.runtime.database.close()

    def deliver(self, envelopes: Sequence[Mapping[str, Any]], *, again: bool, patience_seconds: float | None) -> None:
        """Run events; returns when the fate of each is stored. Raises Retryable when that cannot be had in time."""
        jobs = []
        for wire in envelopes:
            try:
                jobs.append(self.committer.submit(Job(envelope_from_wire(dict(wire)), alone=again)))
            except msgspec.ValidationError as error:
                self.bury(msgspec.json.encode(wire).decode(), f"not an envelope: {error}")
        deadline = None if patience_seconds is None else clock.monotonic() + patience_seconds
        for job in jobs:
            left = None if deadline is None else max(0.0, deadline - clock.monotonic())
            try:
                job.done.result(timeout=left)
            except FutureTimeout as error:
                raise Retryable("These events could not be stored in time") from error

    def work(self, kind: str, id: str) -> None:
        """Do one piece of long work; a failure is logged, its row is the truth and the sweep rings again."""
        do = self.work_kinds.get(kind)
        if do is None:
            log.warning("unknown_work", service=self.name, kind=kind)
            return
        try:
            do(self.runtime, id)
        except Exception:
            log.exception("work_failed", service=self.name, kind=kind, id=id)

    def bury(self, body: str, reason: str) -> None:
        """Keep what no handler can be given. Raises Retryable."""
        telemetry.DEAD.labels(self.name).inc()
        with self.runtime.database.connection() as connection:
            connection.execute(BURY, (new_id(), reason, body))
