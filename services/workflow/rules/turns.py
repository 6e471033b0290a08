"""The turn changes inside a stage: passed on, taken, waited, rested, woken, or its holder is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from services.workflow.rules import approval
from services.workflow.rules.entering import Moment, panel_of
from services.workflow.rules.facts import Facts
from services.workflow.rules.flow import Flow, Published, Step, stage_facts
from services.workflow.rules.holders import Chosen, fallback, stand_in, useless
from shared.catalog.definitions import Stage
from shared.contracts.workflow import Holder, Reassigned

Cause = Literal["transfer", "take", "schedule", "wake", "wait", "resume", "holder_gone"]


def reassign(
    flow: Flow,
    stage: Stage,
    moment: Moment,
    cause: Cause,
    *,
    holder: Holder | None,
    before: Flow | None = None,
    reason: str | None = None,
) -> Step:
    """The next turn of the same stage, held by `holder`; `flow` has its side and mode, `before` who held until now."""
    held = (before or flow).holder
    person = holder.id if holder is not None and not holder.queue and flow.side != "client" else None
    after = replace(
        flow,
        ordinal=flow.ordinal + 1,
        since=max(moment.now, flow.since),
        holder=holder,
        attendant_id=person or flow.attendant_id,
        alarm=reason,
    )
    event = Reassigned(
        ticket_id=flow.ticket_id,
        operation_id=moment.operation_id,
        ordinal=after.ordinal,
        since=after.since,
        by=moment.by,
        cause=cause,
        stage=stage_facts(stage),
        side=after.side,
        holder_before=held,
        holder_after=holder,
        fallback_reason=reason,
        party=after.party,
        until=after.until,
        approvers=list(after.approvers or ()),
    )
    return Step(flow=after, events=(event,))


def resume(published: Published, flow: Flow, facts: Facts, moment: Moment, cause: Literal["resume", "wake"]) -> Step:
    """The turn returns after a wait or a schedule: to who holds it, or to who kept it or stands in, else the fallback.

    Raises Wanted.
    """
    stage = published.version.load_stage(flow.stage or "")
    chosen = _back_to(published, flow, facts)
    awake = replace(
        flow, mode="stage", side=stage.side or "attendant", until=None, kept_id=None, party=dict(stage.party) or None
    )
    return reassign(awake, stage, moment, cause, holder=chosen.holder, before=flow, reason=chosen.fallback_reason)


def _back_to(published: Published, flow: Flow, facts: Facts) -> Chosen:
    if flow.holder_queue is not None:
        return Chosen(flow.holder)
    if flow.holder_person is not None and facts.person(flow.holder_person).can_attend:
        return Chosen(flow.holder)
    person = stand_in(flow.kept_id, facts) if flow.holder_person is None else None
    if person is None:
        return fallback(published, facts, "holder_gone")
    return Chosen(Holder(id=person))


def check_holder(published: Published, flow: Flow, facts: Facts, moment: Moment) -> Step | None:
    """What to do when people or queues changed: nothing, or the fallback holds the ticket and administrators are told.

    Raises Wanted.
    """
    if flow.state != "running" or flow.side in ("client", "nobody") or flow.approvers is not None:
        return None
    stage = published.version.load_stage(flow.stage or "")
    if flow.holder is None:
        return _moved(published, flow, stage, facts, moment, flow.alarm or "holder_gone")
    if not flow.holder.queue:
        gone = not facts.person(flow.holder.id).can_attend
        return _moved(published, flow, stage, facts, moment, "holder_gone") if gone else None
    if useless(facts.queue(flow.holder.id, published.fallback_queue, facts.fallback_queue)) is None:
        return None
    return _moved(published, flow, stage, facts, moment, "queue_empty")


def _moved(published: Published, flow: Flow, stage: Stage, facts: Facts, moment: Moment, reason: str) -> Step | None:
    chosen = fallback(published, facts, reason)
    holder = chosen.holder or flow.holder
    if holder == flow.holder and flow.alarm == reason:
        return None
    return reassign(flow, stage, moment, "holder_gone", holder=holder, reason=reason)


def check_approvers(
    published: Published, flow: Flow, facts: Facts, moment: Moment, votes: tuple[approval.Vote, ...]
) -> Step | None:
    """In an approval: who may still decide changed, or too few are left to decide. Raises Wanted."""
    if flow.state != "running" or flow.approvers is None:
        return None
    stage = published.version.load_stage(flow.stage or "")
    panel = panel_of(flow, stage, flow.holder, facts)
    left = tuple(approval.approvers(panel, votes))
    reason = None if approval.reachable(panel, votes) else "too_few_approvers"
    if left == flow.approvers and reason == flow.alarm:
        return None
    return reassign(replace(flow, approvers=left), stage, moment, "holder_gone", holder=flow.holder, reason=reason)
