"""What each operation makes of a flow, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.workflow.rules import due as due_rules
from services.workflow.rules import turns
from services.workflow.rules.facts import Facts
from services.workflow.rules.flow import Flow, Step
from services.workflow.rules.operations import operate, submit
from services.workflow.rules.refusals import TEXTS, Refusal
from shared.contracts import Event
from shared.contracts import ticket as asked
from shared.contracts.workflow import Finished, Holder, Reassigned, StageEntered
from tests.builders.workflow import (
    ANA,
    BOARD,
    CANCELLED,
    DONE,
    NOON,
    FlowBuilder,
    a_flow,
    due,
    facts,
    moment,
    published,
    rule,
    someone,
    span,
    stage,
    to,
)

DESK = stage(
    "desk", "attendant", to("more", "ask"), to("workshop", "repair"), to("done", "conclude"), to("desk", "loop")
)
MORE = stage("more", "client", to("desk", "answer", assign=rule("previous")), to("cancelled", "give_up"))
WORKSHOP = stage("workshop", "third_party", to("desk", "back"), party={"pt-BR": "Oficina"})
VERSION = published(DESK, MORE, WORKSHOP, BOARD, DONE, CANCELLED, reopen_within=span("7d"))
HOUSE = facts(
    *(someone(name) for name in ("bruno", "carla", "davi", "eva")),
    someone(ANA, able=False),
    someone("gone", able=False),
    default="bruno",
    queues={
        "fallback": ("carla",),
        "finance": ("carla", "davi"),
        "hollow": ("gone",),
        "board": ("carla", "davi", "eva"),
        "nowhere": None,
    },
)
LATER = NOON + timedelta(hours=1)


def ask(flow: FlowBuilder | Flow, kind: type[Event], by: str = "bruno", known: Facts = HOUSE, **more: Any) -> Step:
    """What an operation on the present turn makes of a flow."""
    present = flow.build() if isinstance(flow, FlowBuilder) else flow
    event: Any = kind(
        **{"ticket_id": "ticket", "operation_id": "operation", "by": by, "ordinal": present.ordinal, **more}
    )
    return operate(VERSION, present, event, known, moment(by, LATER))


def refused(flow: FlowBuilder | Flow, kind: type[Event], by: str = "bruno", **more: Any) -> str:
    """Why an operation is refused."""
    with pytest.raises(Refusal) as raised:
        ask(flow, kind, by, **more)
    return raised.value.type


WHAT: dict[type[Event], dict[str, Any]] = {
    asked.AdvanceRequested: {"transition": "ask"},
    asked.DecisionRequested: {"outcome": "approved", "evidence": ""},
    asked.TransferRequested: {"to_person_id": "carla"},
    asked.TakeRequested: {},
    asked.ScheduleRequested: {"until": LATER + timedelta(days=1)},
    asked.WaitRequested: {"party": "the bank"},
    asked.ResumeRequested: {},
    asked.CancelRequested: {},
    asked.ReopenRequested: {},
}
RUNNING = [kind for kind in WHAT if kind is not asked.ReopenRequested]


# ---- the ordinal and the state -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RUNNING)
@pytest.mark.parametrize("ordinal", [0, 2, 4, 99])
def test_an_operation_whose_ordinal_is_not_the_present_turns_is_refused(kind: type[Event], ordinal: int) -> None:
    assert refused(a_flow().on_the_clients_turn(), kind, **WHAT[kind], ordinal=ordinal) == "not-your-turn-any-more"


@pytest.mark.parametrize("kind", RUNNING)
@pytest.mark.parametrize("state", ["concluded", "cancelled", "refused"])
def test_a_flow_that_does_not_run_takes_no_operation(kind: type[Event], state: str) -> None:
    assert refused(a_flow(state=state), kind, **WHAT[kind]) == "not-running"


def test_a_late_taker_is_told_who_was_faster() -> None:
    with pytest.raises(Refusal) as raised:
        ask(a_flow().held_by("carla"), asked.TakeRequested, "davi", ordinal=2)
    assert (raised.value.type, raised.value.values) == ("already-taken", {"holder": "Carla", "holder_id": "carla"})


@pytest.mark.parametrize("type", sorted(TEXTS))
def test_each_refusal_has_a_text_with_places_for_its_values(type: str) -> None:
    names = ("holder", "holder_id", "transition", "person", "queue", "version", "code")
    assert TEXTS[type] % dict.fromkeys(names, "x")


# ---- entering ------------------------------------------------------------------------------------------------------


def test_entering_adds_one_to_the_ordinal_and_says_everything_of_it() -> None:
    step = ask(a_flow(), asked.AdvanceRequested, transition="ask")
    (event,) = step.events
    assert isinstance(event, StageEntered)
    assert (event.ordinal, event.transition, event.stage.code, event.side) == (4, "ask", "more", "client")
    assert (event.holder_before, event.holder_after, event.by) == (Holder(id="bruno"), Holder(id=ANA), "bruno")
    assert (event.since, event.operation_id) == (LATER, "operation")
    assert (step.flow.entry, step.flow.before_id, step.turned, step.starts) == (4, "bruno", True, False)


def test_the_instant_never_runs_backwards() -> None:
    ahead = NOON + timedelta(days=1)
    step = ask(a_flow(since=ahead), asked.AdvanceRequested, transition="ask")
    assert step.flow.since == ahead


def test_entering_a_terminal_stage_is_finished_alone() -> None:
    step = ask(a_flow(), asked.AdvanceRequested, transition="conclude")
    (event,) = step.events
    assert isinstance(event, Finished)
    assert (event.status, event.transition, event.ordinal) == ("concluded", "conclude", 4)
    assert event.reopen_until == LATER + timedelta(days=7)
    assert (step.flow.state, step.flow.side, step.flow.holder) == ("concluded", "nobody", None)


def test_cancelled_by_a_transition_opens_no_window_to_reopen() -> None:
    step = ask(a_flow().in_stage("more").on_the_clients_turn(), asked.AdvanceRequested, ANA, transition="give_up")
    assert (step.flow.state, step.flow.reopen_until) == ("cancelled", None)


def test_a_self_loop_enters_the_stage_again() -> None:
    step = ask(a_flow(), asked.AdvanceRequested, transition="loop")
    assert (step.flow.stage, step.flow.entry) == ("desk", 4)


def test_a_queues_ticket_must_be_taken_before_anyone_advances_it() -> None:
    assert refused(a_flow().held_by_queue("finance"), asked.AdvanceRequested, "carla", transition="ask") == "take-first"


def test_a_guardian_acts_as_the_client_on_the_clients_turn() -> None:
    flow = a_flow().in_stage("more").on_the_clients_turn()
    assert ask(flow, asked.AdvanceRequested, "guardian", transition="answer").flow.holder == Holder(id="bruno")


def test_a_submission_starts_a_life_in_the_first_stage() -> None:
    event = asked.SubmitRequested(
        ticket_id="t", operation_id="o", by=ANA, ordinal=0, number="1", subject="", client_id=ANA, type="d", version=1
    )
    step = submit(VERSION, None, event, HOUSE, moment(ANA, LATER))
    assert (step.flow.ordinal, step.flow.stage, step.flow.holder, step.starts) == (1, "desk", Holder(id="bruno"), True)
    with pytest.raises(Refusal):
        submit(VERSION, a_flow().build(), event, HOUSE, moment())


# ---- inside a stage ----------------------------------------------------------------------------------------------


def only(step: Step) -> Reassigned:
    """The one event of a turn inside a stage."""
    (event,) = step.events
    assert isinstance(event, Reassigned)
    return event


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"to_person_id": "gone"}, "cannot-attend"),
        ({"to_queue": "nowhere"}, "unknown-queue"),
        ({"to_queue": "hollow"}, "queue-has-nobody"),
        ({"to_person_id": "bruno"}, "already-held"),
    ],
)
def test_a_transfer_to_who_cannot_act_is_refused(more: dict[str, Any], refusal: str) -> None:
    assert refused(a_flow(), asked.TransferRequested, **more) == refusal


def test_a_transfer_to_a_queue_keeps_the_previous_attendant() -> None:
    step = ask(a_flow(), asked.TransferRequested, to_queue="finance")
    assert (step.flow.holder, step.flow.attendant_id) == (Holder(id="finance", queue=True), "bruno")


def test_a_transfer_to_a_person_makes_them_the_previous_attendant() -> None:
    assert ask(a_flow(), asked.TransferRequested, to_person_id="carla").flow.attendant_id == "carla"


@pytest.mark.parametrize("flow", [a_flow().on_the_clients_turn(), a_flow().in_stage("board").held_by_queue("board")])
def test_neither_the_clients_turn_nor_an_approval_is_transferred(flow: FlowBuilder) -> None:
    assert refused(flow, asked.TransferRequested, to_person_id="carla", any_turn=True) == "not-transferable"


def test_a_scheduled_ticket_is_nobodys_to_pass_on() -> None:
    flow = a_flow().scheduled("bruno", LATER)
    assert refused(flow, asked.TransferRequested, to_person_id="carla", any_turn=True) == "not-transferable"


def test_take_gives_a_queues_ticket_to_a_member() -> None:
    event = only(ask(a_flow().held_by_queue("finance"), asked.TakeRequested, "davi"))
    assert (event.cause, event.holder_before, event.holder_after) == (
        "take",
        Holder(id="finance", queue=True),
        Holder(id="davi"),
    )


@pytest.mark.parametrize(
    ("flow", "by", "refusal"),
    [
        (a_flow(), "carla", "not-in-a-queue"),
        (a_flow().held_by_queue("finance"), "eva", "not-a-member"),
        (a_flow().held_by_queue("hollow"), "gone", "cannot-attend"),
        (a_flow().in_stage("board").held_by_queue("board"), "carla", "needs-decision"),
    ],
)
def test_what_cannot_be_taken(flow: FlowBuilder, by: str, refusal: str) -> None:
    assert refused(flow, asked.TakeRequested, by) == refusal


def test_a_wait_is_a_third_partys_turn_held_by_who_asked() -> None:
    step = ask(a_flow(), asked.WaitRequested, party="the bank")
    event = only(step)
    assert (event.side, event.holder_before, event.holder_after) == (
        "third_party",
        Holder(id="bruno"),
        Holder(id="bruno"),
    )
    assert event.party == {"pt-BR": "the bank", "en": "the bank", "es": "the bank"}
    assert (step.flow.mode, step.flow.kept_id) == ("waiting", "bruno")


def test_a_schedule_is_nobodys_turn() -> None:
    event = only(ask(a_flow(), asked.ScheduleRequested, until=LATER + timedelta(hours=1)))
    assert (event.side, event.holder_before, event.holder_after) == ("nobody", Holder(id="bruno"), None)


@pytest.mark.parametrize("until", [NOON, LATER])
def test_a_schedule_must_lie_ahead(until: Any) -> None:
    assert refused(a_flow(), asked.ScheduleRequested, until=until) == "time-has-passed"


@pytest.mark.parametrize("kind", [asked.WaitRequested, asked.ScheduleRequested, asked.AdvanceRequested])
@pytest.mark.parametrize("flow", [a_flow().waiting("bruno"), a_flow().scheduled("bruno", LATER)])
def test_a_wait_is_first_resumed(flow: FlowBuilder, kind: type[Event]) -> None:
    assert refused(flow, kind, **WHAT[kind]) == "waiting"


@pytest.mark.parametrize(
    ("kind", "refusal"), [(asked.WaitRequested, "cannot-wait"), (asked.ScheduleRequested, "cannot-schedule")]
)
@pytest.mark.parametrize("flow", [a_flow().on_the_clients_turn(), a_flow().in_stage("board").held_by_queue("board")])
def test_only_who_holds_it_for_the_attendants_waits_and_schedules(
    flow: FlowBuilder, kind: type[Event], refusal: str
) -> None:
    assert refused(flow, kind, **WHAT[kind]) == refusal


@pytest.mark.parametrize("kind", [asked.WaitRequested, asked.ScheduleRequested, asked.TransferRequested])
def test_the_holder_alone_waits_schedules_and_transfers(kind: type[Event]) -> None:
    assert refused(a_flow(), kind, "carla", **WHAT[kind]) == "not-your-turn"


def test_resuming_returns_the_turn_to_who_asked_to_wait() -> None:
    step = ask(a_flow().waiting("bruno"), asked.ResumeRequested)
    event = only(step)
    assert (event.cause, event.side, event.holder_after, event.party) == (
        "resume",
        "attendant",
        Holder(id="bruno"),
        None,
    )
    assert (step.flow.mode, step.flow.kept_id) == ("stage", None)


def test_who_scheduled_alone_ends_a_schedule_early() -> None:
    flow = a_flow().scheduled("bruno", LATER)
    assert refused(flow, asked.ResumeRequested, "carla") == "not-your-turn"
    assert ask(flow, asked.ResumeRequested).flow.holder == Holder(id="bruno")


@pytest.mark.parametrize(("minutes", "wakes"), [(-1, False), (0, True), (1, True)])
def test_a_schedule_wakes_at_its_time(minutes: int, wakes: bool) -> None:
    flow = a_flow().scheduled("bruno", LATER).build()
    step = due_rules.wake(VERSION, flow, HOUSE, LATER + timedelta(minutes=minutes))
    assert (step is not None) is wakes
    if step is not None:
        assert (step.flow.side, step.flow.holder, step.flow.until) == ("attendant", Holder(id="bruno"), None)


def test_a_third_partys_stage_that_was_scheduled_wakes_as_the_third_partys_turn() -> None:
    flow = a_flow().in_stage("workshop").scheduled("bruno", LATER).build()
    step = due_rules.wake(VERSION, flow, HOUSE, LATER)
    assert step is not None
    assert (step.flow.side, step.flow.party) == ("third_party", {"pt-BR": "Oficina"})


# ---- ending --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["attendant", "third_party", "nobody"])
def test_a_ticket_is_cancelled_on_the_clients_turn_only(side: str) -> None:
    assert refused(a_flow(side=side), asked.CancelRequested, "admin") == "not-the-clients-turn"
    step = ask(a_flow().on_the_clients_turn(), asked.CancelRequested, "admin")
    assert (step.flow.state, step.flow.ordinal, step.flow.stage) == ("cancelled", 4, "desk")


@pytest.mark.parametrize(("hours", "opens"), [(-1, False), (0, True), (24, True)])
def test_a_concluded_ticket_reopens_inside_its_window(hours: int, opens: bool) -> None:
    flow = a_flow().concluded(LATER + timedelta(hours=hours))
    if not opens:
        assert refused(flow, asked.ReopenRequested, ANA) == "reopening-over"
        return
    step = ask(flow, asked.ReopenRequested, ANA)
    (event,) = step.events
    assert isinstance(event, StageEntered)
    assert (event.reopened, event.transition, event.ordinal, event.holder_before) == (True, None, 4, None)


@pytest.mark.parametrize("state", ["running", "cancelled", "refused"])
def test_only_concluded_tickets_reopen(state: str) -> None:
    assert refused(a_flow(state=state), asked.ReopenRequested, ANA) == "cannot-reopen"


def test_a_flow_without_a_window_does_not_reopen() -> None:
    assert refused(a_flow().concluded(None), asked.ReopenRequested, ANA) == "cannot-reopen"


# ---- when people go --------------------------------------------------------------------------------------------------


def test_a_holder_who_is_gone_is_followed_by_the_fallback_queue() -> None:
    step = turns.check_holder(VERSION, a_flow().held_by("gone").build(), HOUSE, moment("system", LATER))
    assert step is not None
    event = only(step)
    assert (event.cause, event.fallback_reason, event.holder_after) == (
        "holder_gone",
        "holder_gone",
        Holder(id="fallback", queue=True),
    )


@pytest.mark.parametrize(
    "flow",
    [
        a_flow(),
        a_flow().held_by_queue("finance"),
        a_flow().held_by("gone").on_the_clients_turn(),
        a_flow().scheduled("gone", LATER),
        a_flow().held_by("gone").concluded(),
    ],
)
def test_who_can_act_keeps_the_turn_and_the_clients_and_nobodys_turn_is_not_moved(flow: FlowBuilder) -> None:
    assert turns.check_holder(VERSION, flow.build(), HOUSE, moment()) is None


def test_a_queue_of_nobody_is_told_once() -> None:
    hollow = facts(someone("carla", able=False), queues={"fallback": ("carla",)})
    flow = a_flow().held_by_queue("fallback").build()
    step = turns.check_holder(VERSION, flow, hollow, moment())
    assert step is not None
    assert (step.flow.holder, step.flow.alarm) == (Holder(id="fallback", queue=True), "queue_empty")
    assert turns.check_holder(VERSION, step.flow, hollow, moment()) is None


# ---- then ------------------------------------------------------------------------------------------------------------


def test_then_takes_its_transition_and_judges_nothing() -> None:
    asks = stage("desk", "client", to("done", "approve", comment="required"), due=due("3d", then="approve"))
    version = published(asks, DONE)
    step = due_rules.then(version, a_flow().on_the_clients_turn().build(), HOUSE, LATER)
    assert step is not None
    (event,) = step.events
    assert isinstance(event, Finished)
    assert (event.transition, event.operation_id) == ("approve", None)


def test_a_deadline_without_then_takes_nothing() -> None:
    assert due_rules.then(VERSION, a_flow().build(), HOUSE, LATER) is None
