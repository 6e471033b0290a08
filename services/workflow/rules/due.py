"""What is due in a flow at an instant: a schedule ends, a deadline is near or missed, a clock takes a transition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.workflow.rules import entering, turns
from services.workflow.rules.clock import STAGE, Mark, Reading, mark_of
from services.workflow.rules.entering import Moment
from services.workflow.rules.facts import Facts
from services.workflow.rules.flow import Flow, Published, Step, stage_facts
from shared.contracts import Event
from shared.contracts.workflow import DeadlineMissed, DeadlineNear
from shared.ids import SYSTEM


@dataclass(frozen=True, slots=True)
class Told:
    """Deadlines to tell of now, the marks that say so, and whether the stage's own was missed just now."""

    events: tuple[Event, ...]
    marks: Mapping[str, Mark]
    stage_missed: bool


def tell(
    published: Published, flow: Flow, readings: Sequence[Reading], marks: Mapping[str, Mark], now: datetime
) -> Told:
    """What clocks say at `now` that they had not said: each deadline is near once and missed once."""
    events: list[Event] = []
    after = dict(marks)
    stage_missed = False
    for reading in readings:
        mark = mark_of(reading, marks)
        if _reached(reading.due_at, now) and not mark.missed_told:
            events.append(_missed(published, flow, reading))
            after[reading.name] = replace(mark, missed_told=True)
            stage_missed = stage_missed or reading.name == STAGE
        elif _reached(reading.near_at, now) and not (mark.near_told or mark.missed_told):
            events.append(_near(published, flow, reading))
            after[reading.name] = replace(mark, near_told=True)
    return Told(tuple(events), after, stage_missed)


def _reached(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now


def then(published: Published, flow: Flow, facts: Facts, now: datetime) -> Step | None:
    """The transition that the stage's clock takes when its deadline is missed, None where there is none.

    It judges no parameter, comment or understanding. Raises Wanted.
    """
    stage = published.version.load_stage(flow.stage or "")
    code = stage.due.then if stage.due is not None else None
    transition = stage.transition_by_code.get(code) if code is not None else None
    if transition is None:
        return None
    target = published.version.load_stage(transition.to)
    return entering.enter(published, flow, target, facts, Moment(by=SYSTEM.id, now=now), transition=transition)


def wake(published: Published, flow: Flow, facts: Facts, now: datetime) -> Step | None:
    """The end of a schedule whose time has come, else None. Raises Wanted."""
    if flow.mode != "scheduled" or not _reached(flow.until, now):
        return None
    return turns.resume(published, flow, facts, Moment(by=SYSTEM.id, now=now), "wake")


def _near(published: Published, flow: Flow, reading: Reading) -> DeadlineNear:
    assert reading.due_at is not None
    return DeadlineNear(
        ticket_id=flow.ticket_id,
        ordinal=flow.ordinal,
        since=flow.since,
        by=SYSTEM.id,
        due_at=reading.due_at,
        stage=stage_facts(published.version.load_stage(flow.stage or "")),
        holder=flow.holder,
    )


def _missed(published: Published, flow: Flow, reading: Reading) -> DeadlineMissed:
    assert reading.due_at is not None
    return DeadlineMissed(
        ticket_id=flow.ticket_id,
        ordinal=flow.ordinal,
        since=flow.since,
        by=SYSTEM.id,
        due_at=reading.due_at,
        stage=stage_facts(published.version.load_stage(flow.stage or "")),
        holder=flow.holder,
    )
