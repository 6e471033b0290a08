"""From a committed row to the broker: the publisher of the process that committed, and the relay that sweeps.

The publisher sends what this process just committed, in packs of one aggregate word, at once when idle and 25 ms apart
under load; it forgets what it could not send within 2 s. The relay claims rows older than 2 s by a lease, sends them in
order of id and settles: what a dead process left, and what the broker would not take. A sent mark says only that the
broker had it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from shared import clock, telemetry
from shared.bus import Bus
from shared.contracts import Envelope, envelope_to_wire
from shared.database import Database
from shared.errors import Retryable

PACK = 50
MARK_SECONDS: Final = 0.2
"""How long a mark may wait for others: well below the age at which the relay sends again."""
PAUSE_SECONDS = 0.025
PATIENCE_SECONDS = 2.0
MEMORY = 20_000
LEASE_SECONDS = 15
log = telemetry.logger(__name__)

MARK = """
    UPDATE outbox SET sent_at = clock_timestamp() WHERE id = ANY(%s::uuid[]) AND sent_at IS NULL
      AND (SELECT set_config('synchronous_commit', 'off', true)) = 'off'"""
"""A mark need not wait for the disk: one that was lost means that the relay sends again, and readers drop that."""
CLAIM = """
    UPDATE outbox SET leased_until = clock_timestamp() + make_interval(secs => %(lease)s)
    WHERE id IN (
        SELECT id FROM outbox
        WHERE sent_at IS NULL AND occurred_at NOT BETWEEN %(before)s AND %(now)s
          AND (leased_until IS NULL OR leased_until < clock_timestamp())
        ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING id, name, v, occurred_at, aggregate_id, sequence, actor_id, causation_id, trace, payload"""
"""What is younger than 2 s is the publisher's. What is of the future was said before the clock went back."""
RELEASE = "UPDATE outbox SET leased_until = NULL WHERE id = ANY(%s::uuid[]) AND sent_at IS NULL"
ENVELOPE = "id, name, v, occurred_at, aggregate_id, sequence, actor_id, causation_id, trace, payload"
AFTER = f"""
    SELECT {ENVELOPE} FROM outbox WHERE word = %(word)s AND aggregate_id = %(aggregate_id)s AND sequence > %(after)s
    ORDER BY sequence LIMIT 500"""  # noqa: S608 - a constant list of columns
HEADS = """
    SELECT word, aggregate_id, max(sequence) AS sequence FROM outbox
    WHERE word = ANY(%(words)s) AND sent_at > %(after)s AND sent_at <= %(until)s
      AND (word, aggregate_id) > (%(word)s, %(aggregate_id)s)
    GROUP BY word, aggregate_id ORDER BY word, aggregate_id LIMIT %(limit)s"""
STATUS = """
    SELECT count(*) AS unsent, min(occurred_at) AS oldest, (SELECT max(sent_at) FROM outbox) AS newest_sent
    FROM outbox WHERE sent_at IS NULL"""
FORGET = "DELETE FROM outbox WHERE sent_at < clock_timestamp() - interval '7 days'"


def envelope_of(row: Any) -> Envelope:
    """The envelope that an outbox row holds."""
    return Envelope(
        id=row.id,
        name=row.name,
        v=row.v,
        occurred_at=row.occurred_at,
        aggregate_id=row.aggregate_id,
        sequence=row.sequence,
        actor_id=row.actor_id,
        causation_id=row.causation_id,
        trace=row.trace,
        payload=row.payload,
    )


class Publisher:
    """A background thread that sends what this process committed."""

    def __init__(self, service: str, database: Database, bus: Bus) -> None:
        self.service = service
        self.database = database
        self.bus = bus
        self._events: deque[tuple[float, Envelope]] = deque(maxlen=MEMORY)
        self._rings: deque[tuple[float, str, str]] = deque(maxlen=MEMORY)
        self._sent: list[str] = []
        self._marked_at = 0.0
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=f"{service}-publisher", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Send what is left, at most for a second, and end."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout=2)
        self.bus.close()

    def offer(self, envelopes: Sequence[Envelope], rings: Sequence[tuple[str, str]] = ()) -> None:
        """Take what was committed. Returns at once; what does not fit is the relay's, or the sweep's."""
        stamp = clock.monotonic()
        self._events.extend((stamp, e) for e in envelopes)
        self._rings.extend((stamp, kind, id) for kind, id in rings)
        self._wake.set()

    def _loop(self) -> None:
        while True:
            self._wake.wait(MARK_SECONDS if self._sent else None)
            self._wake.clear()
            while self._events or self._rings:
                started = clock.monotonic()
                self._round()
                if self._events:
                    clock.sleep(max(0.0, PAUSE_SECONDS - (clock.monotonic() - started)))
                self._mark(MARK_SECONDS)
            self._mark(0.0 if self._stopping.is_set() else MARK_SECONDS)
            if self._stopping.is_set():
                return

    def _round(self) -> None:
        try:
            for pack in self._packs():
                telemetry.crash_point("before_publish")
                self.bus.publish(pack[0].word, [envelope_to_wire(e) for e in pack])
                telemetry.crash_point("after_publish")
                self._sent += [e.id for e in pack]
            for kind, ids in self._bells().items():
                self.bus.ring(self.service, kind, ids)
        except Retryable:
            log.warning("publish_failed", service=self.service)
            self._forget_old()
            self._stopping.wait(0.2)

    def _packs(self) -> list[list[Envelope]]:
        taken = [self._events.popleft() for _ in range(min(len(self._events), 4 * PACK))]
        oldest = clock.monotonic() - PATIENCE_SECONDS
        fresh = [e for stamp, e in taken if stamp > oldest]
        by_word: dict[str, list[Envelope]] = {}
        for envelope in fresh:
            by_word.setdefault(envelope.word, []).append(envelope)
        return [found[n : n + PACK] for found in by_word.values() for n in range(0, len(found), PACK)]

    def _bells(self) -> dict[str, list[str]]:
        bells: dict[str, list[str]] = {}
        for _ in range(min(len(self._rings), PACK)):
            _, kind, id = self._rings.popleft()
            bells.setdefault(kind, []).append(id)
        return bells

    def _forget_old(self) -> None:
        oldest = clock.monotonic() - PATIENCE_SECONDS
        while self._events and self._events[0][0] < oldest:
            self._events.popleft()
        self._rings.clear()

    def _mark(self, every: float) -> None:
        """Mark what was sent, at most once in so many seconds: a mark an event would cost as much as sending it."""
        if not self._sent or clock.monotonic() - self._marked_at < every:
            return
        ids, self._sent, self._marked_at = self._sent, [], clock.monotonic()
        telemetry.PUBLISHED.labels(self.service, "publisher").inc(len(ids))
        try:
            with self.database.connection() as connection:
                connection.execute(MARK, (ids,))
        except Retryable:
            log.warning("mark_failed", service=self.service)
        telemetry.crash_point("after_mark")


def sweep(service: str, database: Database, bus: Bus, limit: int = 500) -> int:
    """The relay's round: send what is older than 2 s and unsent, in order of id. Returns how many. Raises Retryable."""
    now = clock.now()
    span = {"before": now - timedelta(seconds=PATIENCE_SECONDS), "now": now}
    with database.connection() as connection:
        rows = connection.execute(CLAIM, {**span, "lease": LEASE_SECONDS, "limit": limit}).fetchall()
    rows.sort(key=lambda row: row.id)
    if rows:
        telemetry.crash_point("before_relay")
    sent: list[str] = []
    try:
        for word, run in groupby(map(envelope_of, rows), key=lambda e: e.word):
            pack = list(run)
            for n in range(0, len(pack), PACK):
                part = pack[n : n + PACK]
                bus.publish(word, [envelope_to_wire(e) for e in part])
                sent += [e.id for e in part]
        if rows:
            telemetry.crash_point("after_relay")
    finally:
        if rows:
            with database.connection() as connection:
                connection.execute(MARK, (sent,))
                connection.execute(RELEASE, ([row.id for row in rows],))
        telemetry.PUBLISHED.labels(service, "relay").inc(len(sent))
    return len(sent)
