"""What runs by time in every worker: due and waiting events, gaps, lost events, unsent ones, and forgetting.

Source: architecture page, *Outbox* and *Inbox*.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared import clock, outbox, telemetry
from shared.bus import Bus
from shared.contracts import REGISTRY, Envelope
from shared.contracts.topology import HEARS, PUBLISHES, SERVICES, WHOLE
from shared.errors import NotFound, VezError
from shared.inbox.runner import Committer, Job
from shared.inbox.runtime import Runtime, Timer
from shared.inbox.steps import stored_envelope

CLAIM_DUE = """
    UPDATE inbox SET next_try_at = clock_timestamp() + interval '30 seconds'
    WHERE id IN (SELECT id FROM inbox WHERE state = 'due'
                 AND next_try_at NOT BETWEEN clock_timestamp() + %(offset)s
                                         AND clock_timestamp() + %(offset)s + interval '1 minute'
                 ORDER BY next_try_at LIMIT 200 FOR UPDATE SKIP LOCKED)
    RETURNING envelope"""
"""A try is due within 30 s. One that is due later than in a minute was put off before the clock went back."""
READY = """
    SELECT i.envelope FROM inbox i JOIN applied a USING (word, aggregate_id)
    WHERE i.state = 'waiting' AND i.sequence <= a.applied + 1 ORDER BY i.received_at LIMIT 200"""
UNKNOWN = (
    "SELECT envelope FROM inbox WHERE state = 'parked' AND error LIKE 'Final: this release knows no event%%' LIMIT 50"
)
GAPS = """
    SELECT i.word, i.aggregate_id, a.applied, min(i.sequence) AS lowest
    FROM inbox i JOIN applied a USING (word, aggregate_id)
    WHERE i.state = 'waiting'
      AND (i.received_at NOT BETWEEN clock_timestamp() + %(offset)s - make_interval(secs => %(older)s)
                                 AND clock_timestamp() + %(offset)s + interval '1 minute'
           OR i.sequence - a.applied > %(restored)s)
    GROUP BY 1, 2, 3
    HAVING NOT EXISTS (SELECT FROM inbox s WHERE (s.word, s.aggregate_id) = (i.word, i.aggregate_id)
                       AND s.sequence = a.applied + 1 AND s.state IN ('waiting', 'due', 'parked'))
    LIMIT 100"""
"""What waits longer than 10 s. What came in what is now the future came before the clock went back."""
SKIP = "UPDATE applied SET applied = greatest(applied, %s) WHERE word = %s AND aggregate_id = %s"
LEASE_FEED = """
    INSERT INTO feeds AS f (publisher, checked_until, leased_until)
    VALUES (%(publisher)s, clock_timestamp() - interval '1 minute', clock_timestamp() + interval '14 seconds')
    ON CONFLICT (publisher) DO UPDATE SET leased_until = excluded.leased_until
    WHERE f.leased_until IS NULL OR f.leased_until < clock_timestamp()
    RETURNING checked_until, clock_timestamp() AS now"""
CHECKED = "UPDATE feeds SET checked_until = greatest(checked_until, %s) WHERE publisher = %s"
APPLIED = """
    SELECT k.word, k.aggregate_id, coalesce(a.applied, 0) AS applied,
           EXISTS (SELECT FROM inbox i WHERE (i.word, i.aggregate_id) = (k.word, k.aggregate_id)
                   AND i.sequence = coalesce(a.applied, 0) + 1 AND i.state IN ('waiting', 'due', 'parked')) AS is_stored
    FROM unnest(%s::text[], %s::text[]) AS k(word, aggregate_id)
    LEFT JOIN applied a USING (word, aggregate_id)"""
FORGET = (
    outbox.FORGET,
    "DELETE FROM inbox WHERE state IN ('done', 'discarded') AND received_at < clock_timestamp() - interval '30 days'",
    "DELETE FROM idempotency_keys WHERE created_at < clock_timestamp() - interval '24 hours'",
    "DELETE FROM attempts WHERE last_at < clock_timestamp() - interval '7 days'",
)
GAP_SECONDS = 10
RESTORED = 500_000
"""A gap so wide is no event on its way: its publisher was restored, and counts on from a million higher."""
OVERLAP = timedelta(seconds=30)
LAG = timedelta(seconds=10)
log = telemetry.logger(__name__)


def timers(committer: Committer, bus: Bus) -> tuple[Timer, ...]:
    """The timers of every service's part of a worker."""
    return (
        Timer("relay", 1.0, lambda runtime: outbox.sweep(runtime.store.service, runtime.database, bus)),
        Timer("due", 1.0, lambda runtime: run_due(runtime, committer)),
        Timer("gaps", 5.0, lambda runtime: ask_gaps(runtime, committer)),
        Timer("feeds", 15.0, lambda runtime: check_feeds(runtime, committer)),
        Timer("forget", 3600.0, forget),
    )


def run_due(runtime: Runtime, committer: Committer) -> int:
    """Run stored events whose time has come, those whose turn has come, and those that this release now knows."""
    with runtime.database.connection() as connection:
        rows = connection.execute(CLAIM_DUE, {"offset": clock.offset()}).fetchall()
        rows += connection.execute(READY).fetchall()
        unknown = connection.execute(UNKNOWN).fetchall()
    envelopes = [stored_envelope(r.envelope) for r in rows]
    envelopes += [e for e in (stored_envelope(r.envelope) for r in unknown) if (e.name, e.v) in REGISTRY]
    jobs = [committer.submit(Job(envelope, is_due=True)) for envelope in envelopes]
    for job in jobs:
        job.done.exception(timeout=30)
    return 0


def ask_gaps(runtime: Runtime, committer: Committer) -> int:
    """For events that wait longer than 10 s, ask their publisher for what is between."""
    with runtime.database.connection() as connection:
        asked = {"older": GAP_SECONDS, "restored": RESTORED, "offset": clock.offset()}
        gaps = connection.execute(GAPS, asked).fetchall()
    for gap in gaps:
        ask_gap(runtime, committer, gap.word, gap.aggregate_id, gap.applied, lowest=gap.lowest)
    return 0


def ask_gap(
    runtime: Runtime, committer: Committer, word: str, aggregate_id: str, applied: int, *, lowest: int | None = None
) -> None:
    """Ask a publisher for an aggregate's events above `applied` and run them as if delivered.

    Numbers that the answer skips count as applied; an empty answer makes the lowest waiting number next.
    """
    publisher = publisher_of(runtime.store.service, word)
    if publisher is None:
        return
    query = {"aggregate": f"{word}:{aggregate_id}", "after": str(applied)}
    try:
        items = runtime.services.get(publisher, "/v1/outbox", params=query)["items"]
    except NotFound:
        items = []
    envelopes = msgspec.convert(items, type=list[Envelope])
    telemetry.HEALED.labels(runtime.store.service).inc(len(envelopes))
    log.info("gap_asked", service=runtime.store.service, word=word, found=len(envelopes))
    next_number = applied + 1
    for envelope in envelopes:
        if envelope.sequence > next_number and word not in WHOLE:
            _skip_to(runtime, word, aggregate_id, envelope.sequence - 1)
        committer.submit(Job(envelope)).done.exception(timeout=30)
        next_number = envelope.sequence + 1
    if not envelopes and lowest is not None:
        _skip_to(runtime, word, aggregate_id, lowest - 1)


def _skip_to(runtime: Runtime, word: str, aggregate_id: str, number: int) -> None:
    with runtime.database.connection() as connection:
        connection.execute(SKIP, (number, word, aggregate_id))


def publisher_of(reader: str, word: str) -> str | None:
    """The service that publishes `word`, other than the reader itself; inbox news is asked of nobody."""
    if word == "inbox":
        return None
    return next((s for s in SERVICES if s != reader and word in PUBLISHES[s]), None)


def check_feeds(runtime: Runtime, committer: Committer) -> int:
    """Once in 15 s over all workers: ask each publisher for its newest numbers, fetch what did not come."""
    reader = runtime.store.service
    for publisher in SERVICES:
        words = sorted((PUBLISHES[publisher] & HEARS[reader]) - {"inbox"})
        if words and publisher != reader:
            try:
                _check_feed(runtime, committer, publisher, words)
            except VezError as error:
                log.warning("feed_not_checked", service=reader, publisher=publisher, reason=str(error))
    return 0


def _check_feed(runtime: Runtime, committer: Committer, publisher: str, words: list[str]) -> None:
    with runtime.database.connection() as connection:
        lease = connection.execute(LEASE_FEED, {"publisher": publisher}).fetchone()
    if lease is None:
        return
    until = _until(committer, words, lease.now)
    after = lease.checked_until - OVERLAP
    cursor = ""
    for _ in range(10):
        query = {"words": ",".join(words), "after": after.isoformat(), "until": until.isoformat(), "cursor": cursor}
        answer = runtime.services.get(publisher, "/v1/outbox/heads", params=query)
        _fetch_missing(runtime, committer, answer["items"])
        cursor = answer["next_cursor"] or ""
        if not cursor:
            with runtime.database.connection() as connection:
                connection.execute(CHECKED, (until, publisher))
            return


def _until(committer: Committer, words: Iterable[str], now: datetime) -> datetime:
    """10 s before the newest handled, so that a backlog is not taken for a loss; before now when nothing comes."""
    latest = max((committer.arrived.get(w, 0.0) for w in words), default=0.0)
    newest = max((committer.newest[w] for w in words if w in committer.newest), default=None)
    if newest is None or clock.monotonic() - latest > 5:
        return now - LAG
    return min(now, newest - clock.offset()) - LAG


def _fetch_missing(runtime: Runtime, committer: Committer, heads: list[dict[str, Any]]) -> None:
    if not heads:
        return
    places = [h["word"] for h in heads], [h["aggregate_id"] for h in heads]
    with runtime.database.connection() as connection:
        rows = connection.execute(APPLIED, places).fetchall()
    known = {(r.word, r.aggregate_id): r for r in rows}
    for head in heads:
        row = known[(head["word"], head["aggregate_id"])]
        if row.applied < head["sequence"] and not row.is_stored:
            ask_gap(runtime, committer, row.word, row.aggregate_id, row.applied)


def forget(runtime: Runtime) -> int:
    """Delete what has been kept long enough: sent rows 7 days, inbox ids 30, idempotent answers 24 h."""
    with runtime.database.connection() as connection:
        for statement in FORGET:
            connection.execute(statement)
    return 0
