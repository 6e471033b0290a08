"""What happens by time: deadlines near and missed, transitions that a clock takes, schedules that end.

A worker claims flows whose time has come under a lease (SKIP LOCKED), then strikes each in a unit of work of its own,
guarded by the row's version: whoever was faster, a person or another worker, leaves nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from services.workflow.access.loading import Loaded, gather, load
from services.workflow.access.predicates import about
from services.workflow.access.times import load_times
from services.workflow.access.versions import load_published
from services.workflow.commands.clocks import keep
from services.workflow.commands.storing import store, write_row
from services.workflow.rules import due
from services.workflow.rules.flow import Flow, Published
from shared import clock
from shared.transaction import Transaction

Verb = Callable[[Transaction, str], None]
CLAIMED: Final = 100
_CLAIM: Final = about(
    """UPDATE flows SET leased_until = clock_timestamp() + interval '30 seconds' WHERE ticket_id IN (
    SELECT ticket_id FROM flows WHERE next_at <= clock_timestamp() + %(offset)s
      AND (leased_until IS NULL OR leased_until < clock_timestamp())
    ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING ticket_id"""
)
_RECOMPUTED: Final = about(
    """SELECT DISTINCT c.ticket_id FROM clocks c JOIN flows f USING (ticket_id)
WHERE c.calendar = %(calendar)s AND f.state = 'running' AND c.ticket_id > %(after)s
ORDER BY c.ticket_id LIMIT %(limit)s"""
)


def claim_due(tx: Transaction) -> list[str]:
    """The tickets whose flows are due now, leased for 30 s to the caller alone."""
    return [row.ticket_id for row in tx.all(_CLAIM, offset=clock.offset(), limit=CLAIMED)]


def strike(tx: Transaction, ticket_id: str) -> None:
    """Do what is due in a flow now; nothing where somebody was faster."""
    loaded = load(tx, ticket_id)
    flow = loaded.flow
    if flow is None or flow.state != "running":
        return
    published = load_published(tx, flow.type, flow.type_version)
    step = gather(tx, loaded.facts, lambda facts: due.wake(published, flow, facts, loaded.now))
    if step is not None:
        store(tx, flow, loaded.version, published, step)
    else:
        _tell(tx, loaded, flow, published)


def _tell(tx: Transaction, loaded: Loaded, flow: Flow, published: Published) -> None:
    times = load_times(tx, published, flow)
    now = max(loaded.now, flow.since)
    readings = times.readings(published, flow, now)
    told = due.tell(published, flow, readings, times.marks, now)
    for event in told.events:
        tx.emit(event)
    step = gather(tx, loaded.facts, lambda f: due.then(published, flow, f, now)) if told.stage_missed else None
    if step is not None:
        store(tx, flow, loaded.version, published, step, told.marks)
        return
    shown, next_at = keep(tx, flow, readings, told.marks)
    write_row(tx, shown, loaded.version, next_at=next_at)


def recompute(tx: Transaction, ticket_id: str) -> None:
    """Read a flow's clocks anew after a rule changed: a calendar was opened, closed or moved."""
    loaded = load(tx, ticket_id)
    flow = loaded.flow
    if flow is None or flow.state != "running":
        return
    published = load_published(tx, flow.type, flow.type_version)
    times = load_times(tx, published, flow)
    readings = times.readings(published, flow, max(loaded.now, flow.since))
    shown, next_at = keep(tx, flow, readings, times.marks)
    write_row(tx, shown, loaded.version, next_at=next_at)


def counted_by(tx: Transaction, calendar: str, after: str, limit: int) -> list[str]:
    """The next running tickets, in order of id, that a clock counts by `calendar`."""
    return [row.ticket_id for row in tx.all(_RECOMPUTED, calendar=calendar, after=after, limit=limit)]
