"""What each operation that the ticket service asks for makes of a flow, or why it is refused.

The ticket service has judged what can be judged from its rows; what is judged here again is what only the flow knows:
that the turn is still the one that the person saw, and who can act now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from services.workflow.rules import approval, entering
from services.workflow.rules.approval import Outcome, Vote
from services.workflow.rules.entering import Moment
from services.workflow.rules.facts import Facts
from services.workflow.rules.flow import Flow, Published, Step
from services.workflow.rules.holders import useless
from services.workflow.rules.refusals import Refusal
from services.workflow.rules.turns import reassign, resume
from shared.catalog import conditions
from shared.catalog.definitions import LANGUAGES, Stage
from shared.contracts import Event
from shared.contracts import ticket as asked
from shared.contracts.workflow import DecisionRecorded, Holder

Votes = Sequence[Vote]
Decide = Callable[[Published, Flow, Any, Facts, Moment, Votes], Step]


def submit(published: Published, flow: Flow | None, event: asked.SubmitRequested, facts: Facts, moment: Moment) -> Step:
    """Start the version that judged the submission. Raises Refusal, Wanted."""
    if flow is not None and flow.state != "refused":
        raise Refusal("already-running")
    fresh = started(event, flow, moment)
    return entering.enter(published, fresh, published.version.flow.first_stage, facts, moment)


def started(event: asked.SubmitRequested, flow: Flow | None, moment: Moment) -> Flow:
    """The flow of a submission before its first stage; `flow` is what an earlier refused one left."""
    return Flow(
        ticket_id=event.ticket_id,
        state="refused",
        type=event.type,
        type_version=event.version,
        number=event.number,
        client_id=event.client_id,
        requester_id=event.by,
        since=max(moment.now, flow.since) if flow is not None else moment.now,
    )


def operate(published: Published, flow: Flow, event: Event, facts: Facts, moment: Moment, votes: Votes = ()) -> Step:
    """What an operation on a flow that began makes of it. Raises Refusal, Wanted."""
    kind = type(event)
    if flow.state == "refused" or (flow.state != "running") != (kind is asked.ReopenRequested):
        raise Refusal("cannot-reopen" if kind is asked.ReopenRequested else "not-running")
    _same_turn(flow, event, facts)
    return DECISIONS[kind](published, flow, event, facts, moment, votes)


def _same_turn(flow: Flow, event: Any, facts: Facts) -> None:
    if event.ordinal == flow.ordinal:
        return
    person = flow.holder_person
    if isinstance(event, asked.TakeRequested) and person is not None and flow.side != "client":
        raise Refusal("already-taken", holder=facts.person(person).name, holder_id=person)
    raise Refusal("not-your-turn-any-more")


# ---- stages ------------------------------------------------------------------------------------------------------


def advance(
    published: Published, flow: Flow, event: asked.AdvanceRequested, facts: Facts, moment: Moment, _: Votes
) -> Step:
    """Take a transition of the present stage."""
    stage = _stage(published, flow)
    if flow.mode != "stage":
        raise Refusal("waiting")
    if stage.kind == "approval":
        raise Refusal("needs-decision")
    _holds(flow, event.by)
    transition = stage.transition_by_code.get(event.transition)
    if transition is None:
        raise Refusal("unknown-transition", transition=event.transition)
    if not _condition_holds(published, flow, transition.condition, event.values):
        raise Refusal("condition-not-met", transition=event.transition)
    target = published.version.load_stage(transition.to)
    return entering.enter(published, flow, target, facts, moment, transition=transition)


def _condition_holds(published: Published, flow: Flow, condition: str | None, values: Mapping[str, Any]) -> bool:
    if condition is None:
        return True
    return conditions.holds(
        published.version,
        condition,
        parameters=values.get("parameters", {}),
        ticket=values.get("ticket", {}),
        client=values.get("client", {}),
        turn=turn_facts(flow),
    )


def turn_facts(flow: Flow) -> dict[str, Any]:
    """The turn as conditions may name it."""
    holder = flow.holder.id if flow.holder is not None else None
    return {"side": flow.side, "stage": flow.stage, "holder": holder, "ordinal": flow.ordinal}


def decide(
    published: Published, flow: Flow, event: asked.DecisionRequested, facts: Facts, moment: Moment, votes: Votes
) -> Step:
    """Give a vote in an approval; the last one that is needed takes the transition."""
    stage = _stage(published, flow)
    if stage.kind != "approval":
        raise Refusal("not-an-approval")
    if flow.mode != "stage":
        raise Refusal("waiting")
    outcome = cast(Outcome, event.outcome)
    if flow.side == "client":
        return _taken_by_outcome(published, flow, stage, outcome, facts, moment, None)
    panel = entering.panel_of(flow, stage, flow.holder, facts)
    vote = Vote(event.by, approval.seat_of(panel, votes, event.by), outcome, event.evidence)
    given = (*votes, vote)
    verdict = approval.verdict(panel, given)
    if verdict is None:
        return _recorded(flow, vote, approval.approvers(panel, given), moment)
    return _taken_by_outcome(published, flow, stage, verdict, facts, moment, vote)


def _taken_by_outcome(
    published: Published, flow: Flow, stage: Stage, outcome: str, facts: Facts, moment: Moment, vote: Vote | None
) -> Step:
    transition = stage.transition_for(outcome)
    if transition is None:
        raise Refusal("unknown-transition", transition=outcome)
    target = published.version.load_stage(transition.to)
    return replace(entering.enter(published, flow, target, facts, moment, transition=transition), vote=vote)


def _recorded(flow: Flow, vote: Vote, left: list[str], moment: Moment) -> Step:
    event = DecisionRecorded(
        ticket_id=flow.ticket_id,
        operation_id=moment.operation_id,
        ordinal=flow.ordinal,
        since=flow.since,
        by=moment.by,
        outcome=vote.outcome,
        approvers=left,
    )
    return Step(flow=replace(flow, approvers=tuple(left)), events=(event,), turned=False, vote=vote)


def cancel(
    published: Published, flow: Flow, event: asked.CancelRequested, facts: Facts, moment: Moment, _: Votes
) -> Step:
    """Cancel an open ticket: on the client's turn only, whoever cancels."""
    if flow.side != "client":
        raise Refusal("not-the-clients-turn")
    return entering.finish(published, flow, None, moment)


def reopen(
    published: Published, flow: Flow, event: asked.ReopenRequested, facts: Facts, moment: Moment, _: Votes
) -> Step:
    """Enter the first stage again, assigned as `previous`, inside the flow's window; cancelled ones do not reopen."""
    if flow.state != "concluded" or flow.reopen_until is None:
        raise Refusal("cannot-reopen")
    if max(moment.now, flow.since) > flow.reopen_until:
        raise Refusal("reopening-over")
    return entering.enter(published, flow, published.version.flow.first_stage, facts, moment, reopened=True)


# ---- turns inside a stage -----------------------------------------------------------------------------------------


def transfer(
    published: Published, flow: Flow, event: asked.TransferRequested, facts: Facts, moment: Moment, _: Votes
) -> Step:
    """Pass the ticket to another attendant or queue."""
    if flow.side not in ("attendant", "third_party") or _stage(published, flow).kind == "approval":
        raise Refusal("not-transferable")
    if not event.any_turn:
        _holds(flow, event.by)
    target = _target(event, facts)
    if target == flow.holder:
        raise Refusal("already-held", holder=facts.person(target.id).name if not target.queue else target.id)
    keeps = replace(flow, kept_id=target.id if flow.mode == "waiting" and not target.queue else flow.kept_id)
    return reassign(keeps, _stage(published, flow), moment, "transfer", holder=target)


def _target(event: asked.TransferRequested, facts: Facts) -> Holder:
    if event.to_person_id is not None:
        person = facts.person(event.to_person_id)
        if not person.can_attend:
            raise Refusal("cannot-attend", person=person.name)
        return Holder(id=event.to_person_id)
    code = event.to_queue or ""
    queue = facts.queue(code)
    if queue is None or queue.retired:
        raise Refusal("unknown-queue", queue=code)
    if useless(queue) is not None:
        raise Refusal("queue-has-nobody", queue=code)
    return Holder(id=code, queue=True)


def take(published: Published, flow: Flow, event: asked.TakeRequested, facts: Facts, moment: Moment, _: Votes) -> Step:
    """A member takes what the queue holds; an approvers' queue is not taken."""
    stage = _stage(published, flow)
    if flow.holder_queue is None:
        raise Refusal("not-in-a-queue")
    if stage.kind == "approval":
        raise Refusal("needs-decision")
    if not facts.is_member(flow.holder_queue, event.by):
        raise Refusal("not-a-member")
    if not facts.person(event.by).can_attend:
        raise Refusal("cannot-attend", person=facts.person(event.by).name)
    keeps = replace(flow, kept_id=event.by if flow.mode == "waiting" else flow.kept_id)
    return reassign(keeps, stage, moment, "take", holder=Holder(id=event.by))


def wait(published: Published, flow: Flow, event: asked.WaitRequested, facts: Facts, moment: Moment, _: Votes) -> Step:
    """Wait for a third party: the turn is theirs, its holder who asked to wait."""
    if flow.mode != "stage":
        raise Refusal("waiting")
    if flow.side != "attendant" or _stage(published, flow).kind == "approval":
        raise Refusal("cannot-wait")
    _holds(flow, event.by)
    party = dict.fromkeys(LANGUAGES, event.party)
    waiting = replace(flow, mode="waiting", side="third_party", party=party, kept_id=event.by)
    return reassign(waiting, _stage(published, flow), moment, "wait", holder=flow.holder, before=flow)


def schedule(
    published: Published, flow: Flow, event: asked.ScheduleRequested, facts: Facts, moment: Moment, _: Votes
) -> Step:
    """Let the ticket rest until a time: the turn is nobody's, then it returns to who scheduled it."""
    if flow.mode != "stage":
        raise Refusal("waiting")
    if flow.side not in ("attendant", "third_party") or _stage(published, flow).kind == "approval":
        raise Refusal("cannot-schedule")
    _holds(flow, event.by)
    if event.until <= max(moment.now, flow.since):
        raise Refusal("time-has-passed")
    resting = replace(flow, mode="scheduled", side="nobody", until=event.until, kept_id=event.by)
    return reassign(resting, _stage(published, flow), moment, "schedule", holder=None, before=flow)


def resume_waiting(
    published: Published, flow: Flow, event: asked.ResumeRequested, facts: Facts, moment: Moment, _: Votes
) -> Step:
    """End a wait, or a schedule early: the turn returns to who asked for it, or to who holds it since."""
    if flow.mode == "stage":
        raise Refusal("nothing-to-resume")
    if flow.mode == "waiting":
        _holds(flow, event.by)
    elif event.by != flow.kept_id:
        raise Refusal("not-your-turn")
    return resume(published, flow, facts, moment, "resume")


def _stage(published: Published, flow: Flow) -> Stage:
    return published.version.load_stage(flow.stage or "")


def _holds(flow: Flow, person_id: str) -> None:
    """Raises Refusal unless the person holds the turn; a client's turn was judged at the door (guardians act too)."""
    if flow.side == "client":
        return
    if flow.holder_queue is not None:
        raise Refusal("take-first")
    if flow.holder_person != person_id:
        raise Refusal("not-your-turn")


DECISIONS: Final[dict[type[Event], Decide]] = {
    asked.AdvanceRequested: advance,
    asked.DecisionRequested: decide,
    asked.TransferRequested: transfer,
    asked.TakeRequested: take,
    asked.ScheduleRequested: schedule,
    asked.WaitRequested: wait,
    asked.ResumeRequested: resume_waiting,
    asked.CancelRequested: cancel,
    asked.ReopenRequested: reopen,
}
