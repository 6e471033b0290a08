"""One ticket walked through a draft: its recorded moves, and the draft's clocks, decided by workflow's own rules."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.workflow.rules import clock, due, operations
from services.workflow.rules.approval import Vote
from services.workflow.rules.calendar import Calendar
from services.workflow.rules.clock import Beginning, Mark, Reading
from services.workflow.rules.entering import Moment
from services.workflow.rules.flow import Flow, Published, Step
from services.workflow.rules.refusals import Refusal
from shared.contracts import Event
from shared.contracts import ticket as asked
from shared.contracts.workflow import DeadlineMissed
from vez.rehearsal import asking
from vez.rehearsal.findings import Findings
from vez.rehearsal.house import House
from vez.rehearsal.recorded import Entry, Move, Recorded

MOST_STEPS: Final = 2_000
"""Of one ticket: a draft whose clock leads back to its own stage would go on for ever."""
SMALL: Final = ("take", "transfer", "wait", "schedule", "resume")


@dataclass(slots=True)
class Walk:
    """A ticket under way. `shift` is how much later (or earlier) than recorded it is, by the draft's clocks."""

    recorded: Recorded
    published: Published
    house: House
    calendars: Mapping[str, Calendar]
    findings: Findings
    flow: Flow | None = None
    shift: timedelta = timedelta(0)
    moves: deque[Move] = field(default_factory=deque)
    ledger: list[Beginning] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    rings_at: datetime | None = None
    _steps: int = 0
    _read: list[Reading] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.moves = deque(self.recorded.moves)

    # ---- when ----------------------------------------------------------------------------------------------------

    def next_at(self) -> datetime | None:
        """When something happens to it next, None where nothing more does."""
        if self._steps >= MOST_STEPS:
            return None
        if self.flow is None:
            return self.recorded.submitted_at
        instants = [self.rings_at] if self.rings_at is not None else []
        if self.moves and not self._waits_for_clock():
            instants.append(max(self.moves[0].at + self.shift, self.flow.since))
        return min(instants, default=None)

    def _waits_for_clock(self) -> bool:
        """What a clock did is left to the draft's clock: it comes when that says, and what follows comes after it."""
        while self.moves and self.moves[0].by_clock:
            if self._has_then():
                return True
            self.moves.popleft()
        return False

    def _has_then(self) -> bool:
        stage = self._stage()
        return stage is not None and stage.due is not None and stage.due.then is not None

    def step(self, now: datetime) -> None:
        """What happens at `now`: the submission, a clock, or the next move (a person acts before a clock)."""
        self._steps += 1
        if self.flow is None:
            self._submit(now)
        elif self.moves and not self._waits_for_clock() and max(self.moves[0].at + self.shift, self.flow.since) <= now:
            self._move(self.moves.popleft(), now)
        else:
            self._ring(now)

    # ---- the submission and the clocks ---------------------------------------------------------------------------

    def _submit(self, now: datetime) -> None:
        told = self.recorded
        event = asked.SubmitRequested(
            ticket_id=told.id,
            operation_id=told.id,
            by=told.requester_id,
            ordinal=0,
            number=told.number,
            subject="",
            client_id=told.client_id,
            type=told.type,
            version=self.published.number,
            priority=told.priority,
        )
        for what in asking.at_submission(self.published.version, told, now.date()):
            self._ask(self.published.version.flow.first, what)
        moment = Moment(by=event.by, now=now)
        self._take(self.house.decided(lambda facts: operations.submit(self.published, None, event, facts, moment)))

    def _ring(self, now: datetime) -> None:
        flow = self._running()
        told = due.tell(self.published, flow, self._read, self.marks, now)
        self.marks = dict(told.marks)
        for event in told.events:
            self._meet("deadlines", event.stage.code, "missed" if isinstance(event, DeadlineMissed) else "near")  # type: ignore[attr-defined]
        step = self.house.decided(lambda facts: due.wake(self.published, flow, facts, now))
        if step is None and told.stage_missed:
            step = self.house.decided(lambda facts: due.then(self.published, flow, facts, now))
            if step is not None:
                self._clock_moved(now)
        if step is None:
            self._wind(now)
        else:
            self._take(step)

    def _clock_moved(self, now: datetime) -> None:
        self.findings.by_clock[self._running().stage or ""] += 1
        if self.moves and self.moves[0].by_clock:
            self.shift = now - self.moves.popleft().at

    # ---- moves ---------------------------------------------------------------------------------------------------

    def _move(self, move: Move, now: datetime) -> None:
        flow = self._running()
        self.findings.moves += 1
        if move.kind in SMALL:
            if flow.stage == move.stage and flow.state == "running":
                self._try_small(move, now)
        elif move.kind == "advance":
            self._advance(move, now)
        else:
            self._try(self._event(asked.CancelRequested if move.kind == "cancel" else asked.ReopenRequested, move), now)

    def _try_small(self, move: Move, now: datetime) -> None:
        """A turn that was passed on inside a stage, where the draft's ticket stands in the same one."""
        flow = self._running()
        if move.kind == "take" and flow.holder_queue is not None:
            self._take_from_queue(move.by, now, was_recorded=True)
        elif move.kind == "transfer" and move.holder is not None and move.holder != flow.holder:
            target = {"to_queue" if move.holder.queue else "to_person_id": move.holder.id}
            self._try(self._event(asked.TransferRequested, move, any_turn=True, **target), now)
        elif move.kind == "wait":
            self._try(self._event(asked.WaitRequested, move, party="—"), now)
        elif move.kind == "schedule":
            until = move.until + self.shift if move.until is not None else datetime.max.replace(tzinfo=now.tzinfo)
            if until > now:
                self._try(self._event(asked.ScheduleRequested, move, until=until), now)
        elif move.kind == "resume" and flow.mode != "stage":
            self._try(self._event(asked.ResumeRequested, move), now)

    def _advance(self, move: Move, now: datetime) -> None:
        """A step from stage to stage: by its code, else by where it led. One that the draft lacks stays undone."""
        flow, stage = self._running(), self._stage()
        if flow.state != "running" or stage is None:
            self._refuse(move.transition or move.stage, "not-running")
            return
        steps = stage.transitions
        step = stage.transition_by_code.get(move.transition or "") or next(
            (t for t in steps if t.to == move.stage), None
        )
        if step is None:
            if flow.stage != move.stage:
                self._refuse(move.transition or move.stage, "unknown-transition")
            return
        if stage.kind == "approval":
            self._decide(move, step.outcome or "approved", now)
            return
        if flow.holder_queue is not None:
            self._take_from_queue(move.by, now, was_recorded=False)
        for what in asking.on_leaving(self.published.version, self._running(), step, self.recorded, move, self.shift):
            self._ask(stage.code, what)
        self._try(self._event(asked.AdvanceRequested, move, transition=step.code), now, step.code)

    def _decide(self, move: Move, outcome: str, now: datetime) -> None:
        """The outcome that was, decided by who did and then by the others whose votes are needed."""
        left = list(self._running().approvers or ())
        voters = [v for v in left if v == move.by] + [v for v in left if v != move.by] or [self.recorded.client_id]
        entry = self._running().entry
        votes: list[Vote] = []
        for voter in voters:
            event = self._event(asked.DecisionRequested, replace(move, by=voter), outcome=outcome, evidence="")
            step = self._try(event, now, outcome, tuple(votes))
            if step is None or self._running().entry != entry:
                return
            if step.vote is not None:
                votes.append(step.vote)

    def _take_from_queue(self, by: str | None, now: datetime, *, was_recorded: bool) -> None:
        """A member takes what a queue holds: who did so, where they may, else the first who can."""
        queue = self._running().holder_queue or ""
        able = [m.id for m in self.house.members(queue) if m.can_attend]
        known = by is not None and by in self.house.people
        if by not in able and known and was_recorded:
            self._refuse("take", "not-a-member")
        taker = by if by in able else next(iter(able), None)
        if taker is None:
            self._refuse("take", "queue-has-nobody")
            return
        move = Move(at=now, kind="take", stage=queue, by=taker)
        self._try(self._event(asked.TakeRequested, replace(move, by=taker), by=taker), now, "take")

    def _event(self, kind: type[Event], move: Move, /, **more: Any) -> Any:
        """What the ticket service would ask, by who holds the turn in the draft (or who decided, in an approval)."""
        flow = self._running()
        holder = flow.kept_id if flow.mode == "scheduled" else flow.holder_person
        decides = kind is asked.DecisionRequested
        by = more.pop("by", None) or (move.by if decides else holder) or move.by or self.recorded.requester_id
        values = {} if kind is not asked.AdvanceRequested else asking.condition_values(self.recorded, flow)
        names = {"ticket_id": flow.ticket_id, "operation_id": flow.ticket_id, "ordinal": flow.ordinal}
        return kind(**names, by=by, values=values, **more)  # type: ignore[call-arg]

    def _try(self, event: Any, now: datetime, what: str = "", votes: tuple[Any, ...] = ()) -> Step | None:
        flow = self._running()
        moment = Moment(by=event.by, now=now)
        try:
            step = self.house.decided(
                lambda facts: operations.operate(self.published, flow, event, facts, moment, votes)
            )
        except Refusal as refusal:
            self._refuse(what or event.name.partition(".")[2].removesuffix("_requested"), refusal.type)
            return None
        self._take(step)
        return step

    # ---- what a step leaves --------------------------------------------------------------------------------------

    def _take(self, step: Step) -> None:
        """Go on from what a decision made, and look at where the ticket has come."""
        before, flow = self.flow, step.flow
        self._count_load(before, flow)
        self.flow = flow
        if step.turned:
            self.ledger.append(
                Beginning(ordinal=flow.ordinal, since=flow.since, side=flow.side, entry=flow.entry, starts=step.starts)
            )
        entered = step.turned and flow.entry == flow.ordinal
        if entered and flow.stage is not None:
            self.entries.append(Entry(stage=flow.stage, at=flow.since, holder=flow.holder))
            self._look_around(flow)
        self._wind(flow.since)

    def _count_load(self, before: Flow | None, after: Flow) -> None:
        for flow, change in ((before, -1), (after, 1)):
            if flow is not None and flow.state == "running" and flow.holder_person and flow.side != "client":
                self.house.loads[flow.holder_person] += change

    def _look_around(self, flow: Flow) -> None:
        stage = self._stage()
        if flow.state != "running" or stage is None:
            return
        if flow.alarm is not None:
            self._meet("nobody", stage.code, flow.alarm, self.house.name(flow.holder))
        if asking.is_dead_end(self.published.version, stage, self.recorded, flow):
            self._meet("dead_ends", stage.code)
        nth = sum(entry.stage == stage.code for entry in self.entries)
        same = [entry for entry in self.recorded.entries if entry.stage == stage.code]
        if len(same) >= nth and same[nth - 1].holder != flow.holder:
            held, holds = self.house.name(same[nth - 1].holder), self.house.name(flow.holder)
            self._meet("holders", stage.code, held, holds)
            self.findings.changed.add(self.recorded.number)

    def _wind(self, now: datetime) -> None:
        """Read the clocks anew."""
        flow, stage = self._running(), self._stage()
        self._read, self.rings_at = [], None
        if flow.state != "running" or stage is None:
            return
        clocks = clock.clocks_of(self.published.version, stage, flow.entry, self.ledger)
        self._read = [clock.read(c, self.ledger, self.calendars.get(c.due.calendar or ""), now) for c in clocks]
        self.rings_at = clock.next_at(self._read, self.marks, flow.until)

    def _stage(self) -> Any:
        return self.published.version.find_stage(self._running().stage)

    def _running(self) -> Flow:
        assert self.flow is not None
        return self.flow

    # ---- the findings --------------------------------------------------------------------------------------------

    def _meet(self, what: str, *place: str) -> None:
        getattr(self.findings, what)[place].add(self.recorded.number)

    def _ask(self, stage: str, what: str) -> None:
        self._meet("asked", stage, what)

    def _refuse(self, what: str, why: str) -> None:
        self._meet("refused", self._running().stage or "", what, why)

    def close(self, now: datetime) -> None:
        """Count how it ended, once nothing more happens to it before `now`."""
        if self.flow is None:
            return
        findings, flow, told = self.findings, self._running(), self.recorded
        findings.tickets += 1
        if told.ended_at is not None:
            findings.ended += 1
            if flow.state == "running":
                self._meet("unfinished", flow.stage or "")
            else:
                findings.whole.add(told.ended_at - told.submitted_at, flow.since - told.submitted_at)
        before = _stays(told.entries, told.ended_at or now)
        after = _stays(self.entries, flow.since if flow.state != "running" else now)
        for stage in before.keys() & after.keys():
            findings.stages[stage].add(before[stage], after[stage])


def _stays(entries: tuple[Entry, ...] | list[Entry], end: datetime) -> Mapping[str, timedelta]:
    """How long a ticket was in each stage, all its visits together."""
    found: Counter[str] = Counter()
    ends = [entry.at for entry in entries[1:]] + [end]
    for entry, until in zip(entries, ends, strict=True):
        found[entry.stage] += max(until - entry.at, timedelta(0)).total_seconds()  # type: ignore[assignment]
    return {stage: timedelta(seconds=seconds) for stage, seconds in found.items()}
