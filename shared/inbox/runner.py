"""The committer: one thread a process and service that runs what is waiting together, up to 64 events in one commit.

A batch locks its aggregates first, runs each event's verb against the same connection, and sends everything they write
as one statement. An event whose verb fails writes its failure instead, and harms no other. When the statement itself
fails, the batch runs again event by event. What a verb misses is asked for in a thread of its own.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from shared import clock, telemetry
from shared.contracts import REGISTRY, Envelope, Event, decode
from shared.errors import Final, Lost, Missing, NotFound, Retryable
from shared.ids import SYSTEM, Actor, PersonId
from shared.inbox import steps
from shared.inbox.runtime import Runtime
from shared.inbox.steps import Failure, Known, Step
from shared.transaction import Committed, Transaction, Writes, flush

Handler = Callable[[Transaction, Event], None]
BATCH = 64
ASKED_BEFORE = 3
log = telemetry.logger(__name__)


@dataclass(slots=True, eq=False)
class Job:
    """One event to run. `is_due`: a sweep or a person runs a stored one; `alone`: it came before, so not in a batch."""

    envelope: Envelope
    is_due: bool = False
    alone: bool = False
    asked: int = 0
    lost: int = 0
    is_poison: bool | None = None
    vain: set[tuple[str, str]] = field(default_factory=set)
    done: Future[None] = field(default_factory=Future)

    @property
    def key(self) -> tuple[str, str]:
        """The aggregate of the event."""
        return (self.envelope.word, self.envelope.aggregate_id)

    def finish(self) -> None:
        """It took effect, was dropped, or its fate is stored: the broker need not keep it."""
        if not self.done.done():
            self.done.set_result(None)


@dataclass(slots=True)
class Round:
    """What one commit collects."""

    writes: Writes = field(default_factory=Writes)
    envelopes: list[Envelope] = field(default_factory=list)
    rings: list[tuple[str, str]] = field(default_factory=list)
    wakes: set[str] = field(default_factory=set)
    finished: list[Job] = field(default_factory=list)
    aside: list[Job] = field(default_factory=list)
    missing: list[tuple[Job, Missing]] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    waiting: list[Any] = field(default_factory=list)


class Committer:
    """Runs events for one service in this process."""

    def __init__(self, runtime: Runtime, handlers: Mapping[str, Handler], tries: int) -> None:
        self.runtime = runtime
        self.handlers = handlers
        self.tries = tries
        self.newest: dict[str, datetime] = {}
        self.arrived: dict[str, float] = {}
        self._jobs: deque[Job] = deque()
        self._condition = threading.Condition()
        self._stopping = False
        self._askers = ThreadPoolExecutor(2, thread_name_prefix=f"{runtime.store.service}-asker")
        self._thread = threading.Thread(target=self._loop, name=f"{runtime.store.service}-committer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the present batch; what was not run is given back to the broker."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._thread.join(timeout=10)
        self._askers.shutdown(wait=False, cancel_futures=True)
        while self._jobs:
            self._give_back(self._jobs.popleft())

    def submit(self, job: Job) -> Job:
        """Queue a job."""
        with self._condition:
            if self._stopping:
                self._give_back(job)
            else:
                self._jobs.append(job)
                self._condition.notify()
        return job

    @staticmethod
    def _give_back(job: Job) -> None:
        if not job.done.done():
            job.done.set_exception(Retryable("The worker is stopping"))

    # -- batches ------------------------------------------------------------------------------------------------

    def _loop(self) -> None:
        while True:
            with self._condition:
                while not self._jobs and not self._stopping:
                    self._condition.wait()
                if self._stopping:
                    return
                batch = self._take()
            try:
                self._run(batch)
            except Exception:
                log.exception("batch_failed", service=self.runtime.store.service)
                self._put_back(batch)
                clock.sleep(0.5)

    def _take(self) -> list[Job]:
        """Up to 64 jobs with one event of an aggregate, in the order in which they came; a lone one by itself."""
        batch: list[Job] = []
        keys: set[tuple[str, str]] = set()
        later: list[Job] = []
        while self._jobs and len(batch) < BATCH:
            job = self._jobs.popleft()
            if job.key in keys or (job.alone and batch):
                later.append(job)
                keys.add(job.key)
                continue
            batch.append(job)
            keys.add(job.key)
            if job.alone:
                break
        self._jobs.extendleft(reversed(later))
        return batch

    def _put_back(self, jobs: Sequence[Job]) -> None:
        with self._condition:
            self._jobs.extendleft(reversed([j for j in jobs if not j.done.done()]))

    def _run(self, batch: list[Job]) -> None:
        try:
            round = self._commit(batch)
        except Retryable:
            log.warning("database_not_reached", service=self.runtime.store.service)
            self._put_back(batch)
            clock.sleep(0.5)
            return
        except (psycopg.Error, Lost) as error:
            self._after_failure(batch, error)
            return
        telemetry.crash_point("after_inbox_commit")
        self._settle(round, batch)

    def _after_failure(self, batch: list[Job], error: Exception) -> None:
        if len(batch) > 1:
            for job in batch:
                self._run([job])
            return
        job = batch[0]
        job.lost += 1
        if isinstance(error, steps.LOST) and job.lost < steps.LOSSES:
            self._run(batch)
            return
        self._record_failure(job, error)

    def _record_failure(self, job: Job, error: Exception) -> None:
        """Store that the statement of this one event failed, in a commit of its own."""
        with self.runtime.database.connection() as connection, connection.transaction():
            known = steps.lock(connection, [job.envelope])
            round = Round()
            self._fail(round, job, known, error)
            flush(connection, self.runtime.store, round.writes, [])
        self._settle(round, [job])

    def _commit(self, batch: list[Job]) -> Round:
        if batch[0].alone and self._is_poison(batch[0]):
            return self._park_poison(batch[0])
        round = Round()
        keys = sorted({j.key for j in batch})
        # The pipeline sends what needs no answer together: begin, lock and look; commit and look for what waits.
        with self.runtime.database.connection() as connection, connection.pipeline():
            with connection.transaction():
                known = steps.lock(connection, [j.envelope for j in batch])
                for job in batch:
                    self._one(connection, round, job, known)
                numbered = flush(connection, self.runtime.store, round.writes, round.envelopes)
                telemetry.crash_point("before_inbox_commit")
            waiting = connection.execute(steps.NEXT_WAITING, ([k[0] for k in keys], [k[1] for k in keys]))
            round.waiting = [row.envelope for row in waiting.fetchall()]
        self.runtime.hand_on(Committed(numbered, round.rings, round.wakes))
        return round

    def _settle(self, round: Round, batch: list[Job]) -> None:
        service = self.runtime.store.service
        telemetry.BATCH.labels(service).observe(len(batch))
        for outcome in round.outcomes:
            telemetry.HANDLED.labels(service, outcome).inc()
        for job in round.finished:
            job.finish()
        for job in round.aside:
            self._run([job])
        for job, missing in round.missing:
            self._askers.submit(self._ask, job, missing)
        for envelope in round.waiting:
            self.submit(Job(steps.stored_envelope(envelope), is_due=True))

    # -- one event ------------------------------------------------------------------------------------------------

    def _one(self, connection: psycopg.Connection[Any], round: Round, job: Job, known: Known) -> None:
        envelope = job.envelope
        state, _ = known.stored.get(envelope.id, ("new", 0))
        step = steps.step(envelope.word, envelope.sequence, known.applied[job.key])
        if state in ("done", "discarded") or (state in ("due", "parked") and not job.is_due):
            step = Step.DROP
        if step is Step.WAIT:
            steps.write_waiting(round.writes, self.runtime.store, envelope, known.now)
            self._over(round, job, "waiting")
        elif step is Step.DROP:
            self._drop(connection, round, job, state)
        else:
            self._handle(connection, round, job, known)

    def _drop(self, connection: psycopg.Connection[Any], round: Round, job: Job, state: str) -> None:
        envelope = job.envelope
        place = (envelope.word, envelope.aggregate_id, envelope.sequence, envelope.id)
        if state == "new" and connection.execute(steps.OTHER, place).fetchone():
            steps.write_dead(round.writes, self.runtime.store, envelope, clock.now(), "forked")
            self._over(round, job, "forked")
            return
        self._over(round, job, "dropped")

    def _handle(self, connection: psycopg.Connection[Any], round: Round, job: Job, known: Known) -> None:
        envelope, store = job.envelope, self.runtime.store
        handler = self.handlers.get(envelope.name)
        if handler is None and (envelope.name, envelope.v) in REGISTRY:
            steps.write_passed(round.writes, store, envelope, waited=envelope.id in known.stored)
            self._over(round, job, "not_for_us")
            return
        tx = Transaction(connection, store, _actor(envelope), cause=envelope)
        tx.is_at(known.now)
        tx.vain = frozenset(job.vain)
        telemetry.follow(envelope.trace)
        try:
            if handler is None:
                raise Final(f"this release knows no event {envelope.name} v{envelope.v}")
            handler(tx, decode(envelope.name, envelope.v, envelope.payload))
            steps.write_done(tx.writes, store, envelope, known.now, keep=True)
            round.writes.merge(tx.writes)
        except psycopg.Error:
            raise
        except Lost:
            round.aside.append(job)
        except Missing as missing:
            self._miss(round, job, known, missing)
        except Exception as error:
            self._fail(round, job, known, error)
        else:
            round.envelopes += tx.envelopes
            round.rings += tx.rings
            round.wakes |= tx.wakes
            self._over(round, job, "done")

    def _miss(self, round: Round, job: Job, known: Known, missing: Missing) -> None:
        job.asked += 1
        if job.asked > ASKED_BEFORE:
            self._fail(round, job, known, missing)
        else:
            round.missing.append((job, missing))

    def _fail(self, round: Round, job: Job, known: Known, error: Exception) -> None:
        _, tries = known.stored.get(job.envelope.id, ("new", 0))
        reason = f"{type(error).__name__}: {error}"
        failure = Failure(reason, tries + (not isinstance(error, Retryable)), isinstance(error, Final))
        log.warning("event_failed", service=self.runtime.store.service, name=job.envelope.name, reason=reason)
        parked = steps.write_failed(round.writes, self.runtime.store, job.envelope, known.now, failure, self.tries)
        self._over(round, job, "parked" if parked else "failed")

    def _over(self, round: Round, job: Job, outcome: str) -> None:
        round.finished.append(job)
        round.outcomes.append(outcome)
        present = self.newest.get(job.envelope.word)
        if present is None or present < job.envelope.occurred_at:
            self.newest[job.envelope.word] = job.envelope.occurred_at
        self.arrived[job.envelope.word] = clock.monotonic()

    # -- what is missing, what waits, what kills --------------------------------------------------------------------

    def _ask(self, job: Job, missing: Missing) -> None:
        """In a thread of its own: ask for what was missed, then run the event again."""
        for wait in (0.0, 1.0, 2.0, 4.0):
            clock.sleep(wait)
            try:
                self.runtime.resolve(missing)
                break
            except NotFound:
                job.vain.add((missing.kind, missing.id))
                break
            except Retryable:
                log.warning("question_unanswered", service=self.runtime.store.service, kind=missing.kind)
            except Exception:
                log.warning("question_failed", service=self.runtime.store.service, kind=missing.kind, exc_info=True)
                job.asked = ASKED_BEFORE
                break
        self.submit(job)

    def _is_poison(self, job: Job) -> bool:
        """Count an attempt, committed before the event runs, so that it survives the death of this process.

        Once a delivery: that the database could not be reached meanwhile is no attempt.
        """
        if job.is_poison is None:
            with self.runtime.database.connection() as connection:
                row = connection.execute(steps.ATTEMPT, (job.envelope.id,)).fetchone()
            job.is_poison = bool(row.tries >= self.tries)  # type: ignore[union-attr]
        return job.is_poison

    def _park_poison(self, job: Job) -> Round:
        round = Round()
        with self.runtime.database.connection() as connection, connection.transaction():
            known = steps.lock(connection, [job.envelope])
            state, _ = known.stored.get(job.envelope.id, ("new", 0))
            if steps.step(*job.key[:1], job.envelope.sequence, known.applied[job.key]) is Step.DROP or state != "new":
                self._over(round, job, "dropped")
            else:
                self._fail(round, job, known, Final("every worker that ran this event died"))
            flush(connection, self.runtime.store, round.writes, [])
        return round


def _actor(envelope: Envelope) -> Actor:
    return SYSTEM if envelope.actor_id == SYSTEM.id else Actor(id=PersonId(envelope.actor_id), name="")
