"""The worker: the two generic Celery tasks, and the process around them."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from celery import Celery, signals
from celery.exceptions import Reject
from celery.worker.request import Request

from shared import telemetry
from shared.bus.app import DELIVER, EMBEDDED_MAILBOX, WORK
from shared.bus.life import Life
from shared.bus.publish import Bus
from shared.config import Common
from shared.contracts.topology import HEARS
from shared.errors import Retryable
from shared.ids import new_id

GIVE_BACK_SECONDS = 8.0
"""Giving back what it holds takes a stopping worker this long at most; then it ends, and all of that comes again."""
log = telemetry.logger(__name__)


class Consumer(Protocol):
    """One service's part of a worker: what the two tasks call."""

    @property
    def name(self) -> str:
        """The service's name."""

    def start(self, bus: Bus) -> None:
        """Open connections and threads; called in the worker's own process."""

    def stop(self) -> None:
        """End them."""

    def deliver(self, envelopes: Sequence[Mapping[str, Any]], *, again: bool, patience_seconds: float | None) -> None:
        """Handle events. Never raises but Retryable, when patience ended or the worker stops: nothing was lost."""

    def work(self, kind: str, id: str) -> None:
        """Do one piece of long work. Never raises."""

    def bury(self, body: str, reason: str) -> None:
        """Keep what no handler can be given."""


def create_worker(consumers: Sequence[Consumer], options: Common, *, work_only: bool = False) -> Celery:
    """The Celery application of a worker that serves `consumers`: the two generic tasks, on their mailboxes."""
    names = [c.name for c in consumers]
    visibility = options.broker_visibility_seconds
    bus = Bus(options.broker_url, f"vez-{'-'.join(names)}-worker", visibility)
    patience = visibility / 2 if bus.embedded else None
    app = bus.app
    by_name = {c.name: c for c in consumers}

    @app.task(name=DELIVER, shared=False, bind=True, Request=Delivered)
    def deliver(task: Any, envelopes: list[dict[str, Any]]) -> None:
        again = _came_before(task.request.delivery_info or {})
        for consumer in consumers:
            heard = [e for e in envelopes if str(e.get("name", "")).partition(".")[0] in HEARS[consumer.name]]
            if heard:
                _patiently(consumer, heard, again, patience)

    @app.task(name=WORK, shared=False)
    def work(service: str, kind: str, ids: list[str]) -> None:
        consumer = by_name.get(service)
        for id in ids if consumer else ():
            consumer.work(kind, id)  # type: ignore[union-attr]

    boxes = [EMBEDDED_MAILBOX] if bus.embedded else [*names, *(f"{n}.work" for n in names)]
    if work_only and not bus.embedded:
        boxes = [f"{n}.work" for n in names]
    app.vez = WorkerParts(bus, list(consumers), boxes, options)
    return app


class WorkerParts:
    """What `run_worker` needs of a worker's application."""

    def __init__(self, bus: Bus, consumers: list[Consumer], boxes: list[str], options: Common) -> None:
        self.bus = bus
        self.consumers = consumers
        self.boxes = boxes
        self.options = options
        self.ready = threading.Event()
        self.life = Life(options.worker_stalled_seconds)
        self.ended = threading.Event()
        self._stopping = threading.Lock()
        self._stopped = False

    def bury(self, body: str) -> None:
        """Keep a message that no task could be given."""
        self.consumers[0].bury(body, "rejected by the worker")

    def stop(self) -> None:
        """End the consumers, once: what they hold they finish or give back."""
        with self._stopping:
            if not self._stopped:
                self._stopped = True
                for consumer in self.consumers:
                    consumer.stop()

    def leave(self) -> None:
        """Told to stop: see that this takes a bounded time, also where a database or another service hangs."""
        self.life.finish()
        threading.Thread(target=self._leave, name="leaving", daemon=True).start()

    def _leave(self) -> None:
        if self.ended.wait(self.options.worker_finish_seconds):
            return
        log.warning("worker_gives_back", services=[consumer.name for consumer in self.consumers])
        threading.Thread(target=self.stop, name="giving-back", daemon=True).start()
        if not self.ended.wait(GIVE_BACK_SECONDS):
            log.warning("worker_left", services=[consumer.name for consumer in self.consumers])
            os._exit(0)


class Delivered(Request):  # type: ignore[misc]  # Celery has no types
    """A message in the worker's hands: a process may die just after it said that it is done with it, too."""

    def acknowledge(self) -> None:
        """Tell the broker."""
        super().acknowledge()
        telemetry.crash_point("after_acknowledge")


def _came_before(delivery_info: Mapping[str, Any]) -> bool:
    return bool(delivery_info.get("redelivered"))


def _patiently(consumer: Consumer, heard: list[dict[str, Any]], again: bool, patience: float | None) -> None:
    try:
        consumer.deliver(heard, again=again, patience_seconds=patience)
    except Retryable as error:
        raise Reject(str(error), requeue=True) from error
    telemetry.crash_point("before_acknowledge")


def run_worker(app: Celery) -> None:
    """Run a worker's application in this process until it is told to stop (SIGTERM: warm, SIGQUIT: soft)."""
    parts: WorkerParts = app.vez
    app.conf.broker_transport_options["bury"] = parts.bury
    _declare(parts.bus)
    signals.worker_ready.connect(lambda **_: parts.ready.set(), weak=False)
    signals.worker_shutting_down.connect(lambda **_: parts.leave(), weak=False)
    for consumer in parts.consumers:
        consumer.start(parts.bus)
    worker = app.Worker(
        pool="threads",
        concurrency=parts.options.worker_threads,
        queues=parts.boxes,
        hostname=f"{'-'.join(c.name for c in parts.consumers)[:40]}@{os.getpid()}-{new_id()[-8:]}",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,  # these are events for monitors, confirmed without a limit: a hung broker would hang us
        loglevel="WARNING",
        quiet=True,
    )
    parts.life.begin()
    try:
        worker.start()
    finally:
        parts.stop()
        parts.ended.set()


def _declare(bus: Bus) -> None:
    try:
        bus.declare()
    except Retryable:
        log.warning("broker_not_reached_at_start")
