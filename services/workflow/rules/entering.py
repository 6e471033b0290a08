"""The one executor of transitions: leaves a stage, enters the next, or ends the flow.

Every way in comes here: a submission, a person's advance or decision, a clock's `then`, a reopening.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.workflow.rules import approval, calendar
from services.workflow.rules.facts import Facts
from services.workflow.rules.flow import Flow, Published, Step, stage_facts
from services.workflow.rules.holders import Chosen, holder_for
from shared.catalog.definitions import Duration, Stage, Transition
from shared.contracts.workflow import Finished, Holder, StageEntered


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Who moves the flow, when, and for which operation (None where a clock does)."""

    by: str
    now: datetime
    operation_id: str | None = None


def enter(
    published: Published,
    flow: Flow,
    stage: Stage,
    facts: Facts,
    moment: Moment,
    *,
    transition: Transition | None = None,
    reopened: bool = False,
) -> Step:
    """The step into `stage` through `transition` (None at the first stage). Raises Wanted."""
    if stage.terminal is not None:
        return finish(published, flow, stage, moment, transition=transition)
    chosen = holder_for(published, flow, stage, facts, by=moment.by, transition=transition, reopened=reopened)
    return _entered(flow, stage, _asked(flow, stage, chosen, facts), moment, transition, reopened=reopened)


@dataclass(frozen=True, slots=True)
class _Asked:
    chosen: Chosen
    approvers: tuple[str, ...] | None
    alarm: str | None


def _asked(flow: Flow, stage: Stage, chosen: Chosen, facts: Facts) -> _Asked:
    """The holder, with those who are asked to decide in an approval."""
    if stage.kind != "approval":
        return _Asked(chosen, None, chosen.fallback_reason)
    left = flow.holder_person if flow.side in ("attendant", "third_party") else None
    seats = panel_of(replace(flow, before_id=left or flow.kept_id), stage, chosen.holder, facts)
    enough = approval.reachable(seats, ())
    alarm = chosen.fallback_reason or (None if enough else "too_few_approvers")
    return _Asked(chosen, tuple(approval.approvers(seats, ())), alarm)


def panel_of(flow: Flow, stage: Stage, holder: Holder | None, facts: Facts) -> approval.Panel:
    """Who may decide in the approval `stage` as people stand now. Raises Wanted."""
    rule = stage.approvers
    if rule is None:
        person = flow.client_id if stage.side == "client" else holder.id if holder is not None else ""
        return approval.Panel(1, (person,), {})
    out = {flow.client_id, flow.requester_id} if "requester" in rule.exclude else set()
    if "previous_holder" in rule.exclude and flow.before_id is not None:
        out.add(flow.before_id)
    return approval.panel(facts.members_of(rule.queue), rule.needs, out, facts, delegates=rule.delegates)


def _entered(
    flow: Flow, stage: Stage, asked: _Asked, moment: Moment, transition: Transition | None, *, reopened: bool
) -> Step:
    side = stage.side or "attendant"
    holder = asked.chosen.holder
    person = holder.id if holder is not None and not holder.queue and side != "client" else None
    left = flow.holder_person if flow.side in ("attendant", "third_party") else None
    after = replace(
        flow,
        state="running",
        ordinal=flow.ordinal + 1,
        entry=flow.ordinal + 1,
        since=max(moment.now, flow.since),
        stage=stage.code,
        side=side,
        mode="stage",
        holder=holder,
        attendant_id=person or flow.attendant_id,
        before_id=left or flow.kept_id,
        kept_id=None,
        party=dict(stage.party) or None,
        until=None,
        approvers=asked.approvers,
        alarm=asked.alarm,
        reopen_until=None,
    )
    event = StageEntered(
        ticket_id=flow.ticket_id,
        operation_id=moment.operation_id,
        ordinal=after.ordinal,
        since=after.since,
        by=moment.by,
        transition=transition.code if transition is not None else None,
        stage=stage_facts(stage),
        side=after.side,
        holder_before=flow.holder,
        holder_after=after.holder,
        fallback_reason=asked.alarm,
        party=after.party,
        approvers=list(asked.approvers or ()),
        reopened=reopened,
    )
    return Step(flow=after, events=(event,), starts=reopened or transition is None)


def finish(
    published: Published, flow: Flow, stage: Stage | None, moment: Moment, *, transition: Transition | None = None
) -> Step:
    """The step into a terminal stage, or (stage None) the cancelling of an open ticket."""
    status = stage.terminal if stage is not None and stage.terminal is not None else "cancelled"
    since = max(moment.now, flow.since)
    window = published.version.flow.reopen_within if status == "concluded" else None
    after = replace(
        flow,
        state=status,
        ordinal=flow.ordinal + 1,
        entry=flow.ordinal + 1 if stage is not None else flow.entry,
        since=since,
        stage=stage.code if stage is not None else flow.stage,
        side="nobody",
        mode="stage",
        holder=None,
        kept_id=None,
        party=None,
        until=None,
        approvers=None,
        alarm=None,
        reopen_until=since + _plain(window) if window is not None else None,
    )
    event = Finished(
        ticket_id=flow.ticket_id,
        operation_id=moment.operation_id,
        ordinal=after.ordinal,
        since=since,
        by=moment.by,
        status=status,
        transition=transition.code if transition is not None else None,
        stage=stage_facts(stage) if stage is not None else None,
        holder_before=flow.holder,
        reopen_until=after.reopen_until,
    )
    return Step(flow=after, events=(event,))


def _plain(duration: Duration) -> timedelta:
    return calendar.plain(calendar.Length(duration.amount, duration.unit))
