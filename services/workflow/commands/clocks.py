"""Winding a flow's clocks: what they show after a step, when the flow is looked at next, and saying what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from services.workflow.access.times import load_times
from services.workflow.models import clocks
from services.workflow.rules import clock
from services.workflow.rules.clock import Mark, Reading
from services.workflow.rules.flow import Flow, Published, Step
from shared.contracts.workflow import DueChanged
from shared.ids import SYSTEM
from shared.transaction import Transaction

NOTHING_TOLD: Final[Mapping[str, Mark]] = {}


def wind(
    tx: Transaction, published: Published, step: Step, told: Mapping[str, Mark] = NOTHING_TOLD
) -> tuple[Flow, datetime | None]:
    """The flow with its deadlines after `step`, and when it is looked at next. Emits flow.due_changed where due.

    `told`: what was told of its clocks in this same unit of work.
    """
    flow = step.flow
    stage = published.version.find_stage(flow.stage) if flow.state == "running" else None
    if not (stage is not None and clock.has_clocks(published.version, stage)):
        return show(tx, flow, None), flow.until
    times = load_times(tx, published, flow, adding=step)
    return keep(tx, flow, times.readings(published, flow, max(tx.now, flow.since)), {**times.marks, **told})


def keep(
    tx: Transaction, flow: Flow, readings: list[Reading], marks: Mapping[str, Mark]
) -> tuple[Flow, datetime | None]:
    """Store what clocks show and what was told. Returns the flow with its deadlines, and when it is next looked at."""
    for reading in readings:
        mark = clock.mark_of(reading, marks)
        tx.upsert(clocks, _clock_row(flow, reading, mark))
    return show(tx, flow, clock.earliest(readings)), clock.next_at(readings, marks, flow.until)


def _clock_row(flow: Flow, reading: Reading, mark: Mark) -> dict[str, Any]:
    return {
        "ticket_id": flow.ticket_id,
        "name": reading.name,
        "entry": reading.entry,
        "calendar": reading.calendar,
        "due_at": reading.due_at,
        "near_at": reading.near_at,
        "near_told": mark.near_told,
        "missed_told": mark.missed_told,
    }


def show(tx: Transaction, flow: Flow, first: Reading | None) -> Flow:
    """The flow with the deadline that comes first; says flow.due_changed where it is another than before."""
    due_at = first.due_at if first is not None else None
    near_at = first.near_at if first is not None else None
    if (due_at, near_at) == (flow.due_at, flow.near_at):
        return flow
    event = DueChanged(
        ticket_id=flow.ticket_id,
        ordinal=flow.ordinal,
        since=flow.since,
        by=SYSTEM.id,
        due_at=due_at,
        near_at=near_at,
    )
    tx.emit(event)
    return replace(flow, due_at=due_at, near_at=near_at)
