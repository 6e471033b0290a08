"""Each operation that the ticket service asks for, answered once: by what it made of the flow or by a refusal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.workflow.handlers import DISCARDED
from shared.contracts import ticket as asked
from shared.ids import new_id
from shared.transaction import Transaction
from tests.service.workflow.house import House


@pytest.fixture
def ticket(house: House) -> str:
    """A ticket that Bruno holds in triage."""
    return house.submitted()


# ---- advance ---------------------------------------------------------------------------------------------------------


def test_an_operation_on_a_turn_that_is_over_is_refused(house: House, ticket: str) -> None:
    house.world.advances(ticket, house.bruno, "loop")
    refused = house.world.advances(ticket, house.bruno, "ask", ordinal=1)
    assert (refused.name, refused.type, refused.ordinal) == ("flow.refused", "not-your-turn-any-more", 2)
    assert refused.kind == "advance"


def test_a_transition_that_the_stage_does_not_have_is_refused(house: House, ticket: str) -> None:
    assert house.world.advances(ticket, house.bruno, "answer").type == "unknown-transition"


def test_who_does_not_hold_the_turn_does_not_advance(house: House, ticket: str) -> None:
    assert house.world.advances(ticket, house.carla, "ask").type == "not-your-turn"


@pytest.mark.parametrize(("refund", "moves"), [("100.01", True), ("100.00", False), (None, False)])
def test_the_condition_of_a_transition_is_judged_on_the_values_that_ride_along(
    house: House, ticket: str, refund: str | None, moves: bool
) -> None:
    answer = house.world.advances(ticket, house.bruno, "big", values={"parameters": {"refund": refund}})
    assert answer.name == ("flow.stage_entered" if moves else "flow.refused")
    assert moves or answer.type == "condition-not-met"


def test_the_clients_stage_is_held_by_the_client_and_their_advance_returns_to_the_previous_attendant(
    house: House, ticket: str
) -> None:
    entered = house.world.advances(ticket, house.bruno, "ask")
    assert (entered.side, entered.holder_after.id) == ("client", house.ana)
    back = house.world.advances(ticket, house.ana, "answer")
    assert (back.side, back.holder_after.id, back.holder_before.id) == ("attendant", house.bruno, house.ana)


def test_assign_on_a_transition_goes_before_the_stages(house: House, ticket: str) -> None:
    assert house.world.advances(ticket, house.bruno, "eva").holder_after.id == house.eva


def test_previous_who_cannot_act_is_as_with_no_rule(house: House, ticket: str) -> None:
    world = house.world
    world.advances(ticket, house.bruno, "eva")
    world.advances(ticket, house.eva, "ask")
    world.changed(house.eva, is_active=False)
    assert world.advances(ticket, house.ana, "answer").holder_after.id == house.bruno


def test_an_attendant_who_is_named_and_cannot_act_falls_to_the_fallback_queue(house: House, ticket: str) -> None:
    house.world.changed(house.eva, profiles=["client"])
    entered = house.world.advances(ticket, house.bruno, "eva")
    assert (entered.holder_after.id, entered.fallback_reason) == ("finance", "attendant_cannot_act")


def test_least_loaded_takes_the_member_who_holds_fewest(house: House) -> None:
    world = house.world
    chosen = []
    for _ in range(4):
        ticket = house.submitted()
        chosen.append(world.advances(ticket, house.bruno, "least").holder_after.id)
    assert chosen == [house.carla, house.davi, house.eva, house.carla]


def test_least_loaded_passes_over_who_is_absent(house: House, ticket: str) -> None:
    house.world.changed(house.carla, absent=True)
    assert house.world.advances(ticket, house.bruno, "least").holder_after.id == house.davi


# ---- transfer and take ---------------------------------------------------------------------------------------------


def test_the_holder_transfers_to_another_attendant(house: House, ticket: str) -> None:
    answer = house.world.asks(asked.TransferRequested, ticket, house.bruno, to_person_id=house.carla)
    assert (answer.cause, answer.holder_before.id, answer.holder_after.id) == ("transfer", house.bruno, house.carla)
    assert (answer.ordinal, answer.side, answer.stage.code) == (2, "attendant", "triage")


def test_a_transfer_to_a_person_whom_the_replica_lacks_asks_identity(house: House, ticket: str) -> None:
    zoe = house.world.attendant("Zoe", told=False)
    answer = house.world.asks(asked.TransferRequested, ticket, house.bruno, to_person_id=zoe)
    assert answer.holder_after.id == zoe


def test_a_transfer_to_who_cannot_attend_is_refused_by_name(house: House, ticket: str) -> None:
    answer = house.world.asks(asked.TransferRequested, ticket, house.bruno, to_person_id=house.ana)
    assert (answer.type, answer.values) == ("cannot-attend", {"person": "Ana Souza"})


@pytest.mark.parametrize(("queue", "refusal"), [("nowhere", "unknown-queue"), ("finance", "queue-has-nobody")])
def test_a_transfer_to_a_queue_where_nobody_can_act_is_refused(
    house: House, ticket: str, queue: str, refusal: str
) -> None:
    for person in (house.carla, house.davi, house.eva):
        house.world.changed(person, is_active=False)
    assert house.world.asks(asked.TransferRequested, ticket, house.bruno, to_queue=queue).type == refusal


def test_only_the_holder_transfers_unless_any_turn(house: House, ticket: str) -> None:
    ask = house.world.asks
    assert ask(asked.TransferRequested, ticket, house.carla, to_person_id=house.eva).type == "not-your-turn"
    answer = ask(asked.TransferRequested, ticket, house.carla, to_person_id=house.eva, any_turn=True)
    assert answer.holder_after.id == house.eva


def test_the_clients_turn_is_never_transferred(house: House, ticket: str) -> None:
    house.world.advances(ticket, house.bruno, "ask")
    answer = house.world.asks(asked.TransferRequested, ticket, house.bruno, to_person_id=house.carla, any_turn=True)
    assert answer.type == "not-transferable"


def test_two_who_take_at_once_one_gets_it_the_other_is_told_who(house: House, ticket: str) -> None:
    world = house.world
    entered = world.advances(ticket, house.bruno, "analyse")
    takes = [
        asked.TakeRequested(ticket_id=ticket, operation_id=new_id(), by=by, ordinal=entered.ordinal)
        for by in (house.carla, house.davi)
    ]
    world.say(*takes)
    first, second = world.said("flow", ticket)[-2:]
    assert (first.cause, first.holder_after.id) == ("take", house.carla)
    assert (second.type, second.values) == ("already-taken", {"holder": "Carla Dias", "holder_id": house.carla})


def test_who_is_not_a_member_does_not_take(house: House, ticket: str) -> None:
    house.world.advances(ticket, house.bruno, "analyse")
    assert house.world.asks(asked.TakeRequested, ticket, house.bruno).type == "not-a-member"


def test_what_no_queue_holds_is_not_taken(house: House, ticket: str) -> None:
    assert house.world.asks(asked.TakeRequested, ticket, house.carla).type == "not-in-a-queue"


# ---- wait, schedule, resume ----------------------------------------------------------------------------------------


def test_a_wait_gives_the_turn_to_the_third_party_held_by_who_asked(house: House, ticket: str) -> None:
    world = house.world
    waits = world.asks(asked.WaitRequested, ticket, house.bruno, party="the bank")
    assert (waits.side, waits.holder_after.id, waits.party["en"]) == ("third_party", house.bruno, "the bank")
    assert world.advances(ticket, house.bruno, "ask").type == "waiting"
    back = world.asks(asked.ResumeRequested, ticket, house.bruno)
    assert (back.cause, back.side, back.holder_after.id, back.party) == ("resume", "attendant", house.bruno, None)
    assert world.advances(ticket, house.bruno, "ask").name == "flow.stage_entered"


def test_who_holds_a_wait_may_pass_it_on_and_the_other_resumes_it(house: House, ticket: str) -> None:
    world = house.world
    world.asks(asked.WaitRequested, ticket, house.bruno, party="the bank")
    passed = world.asks(asked.TransferRequested, ticket, house.bruno, to_person_id=house.eva)
    assert (passed.side, passed.party["en"]) == ("third_party", "the bank")
    assert world.asks(asked.ResumeRequested, ticket, house.bruno).type == "not-your-turn"
    assert world.asks(asked.ResumeRequested, ticket, house.eva).holder_after.id == house.eva


def test_a_schedule_is_nobodys_turn_until_its_time_then_returns_once(house: House, ticket: str) -> None:
    world = house.world
    until = datetime.now(UTC) + timedelta(hours=2)
    rests = world.asks(asked.ScheduleRequested, ticket, house.bruno, until=until)
    assert (rests.side, rests.holder_after, rests.until) == ("nobody", None, until)
    assert world.advances(ticket, house.bruno, "ask").type == "waiting"
    world.later(hours=1)
    assert len(world.said("flow", ticket)) == 3
    world.later(hours=1, minutes=1)
    world.later(hours=3)
    woken = world.last(ticket)
    assert (woken.cause, woken.side, woken.holder_after.id, woken.operation_id) == (
        "wake",
        "attendant",
        house.bruno,
        None,
    )
    assert len(world.said("flow", ticket)) == 4


def test_a_schedule_may_be_ended_early_by_who_made_it(house: House, ticket: str) -> None:
    world = house.world
    world.asks(asked.ScheduleRequested, ticket, house.bruno, until=datetime.now(UTC) + timedelta(hours=2))
    assert world.asks(asked.ResumeRequested, ticket, house.carla).type == "not-your-turn"
    assert world.asks(asked.ResumeRequested, ticket, house.bruno).holder_after.id == house.bruno
    world.later(hours=3)
    assert world.last(ticket).cause == "resume"


def test_a_schedule_into_the_past_is_refused(house: House, ticket: str) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    assert house.world.asks(asked.ScheduleRequested, ticket, house.bruno, until=past).type == "time-has-passed"


def test_who_scheduled_and_can_no_longer_act_gives_the_turn_to_the_fallback(house: House, ticket: str) -> None:
    world = house.world
    world.asks(asked.ScheduleRequested, ticket, house.bruno, until=datetime.now(UTC) + timedelta(hours=2))
    world.changed(house.bruno, is_active=False)
    world.later(hours=3)
    assert (world.last(ticket).holder_after.id, world.last(ticket).fallback_reason) == ("finance", "holder_gone")


def test_nothing_to_resume_is_refused(house: House, ticket: str) -> None:
    assert house.world.asks(asked.ResumeRequested, ticket, house.bruno).type == "nothing-to-resume"


# ---- a third party's stage ---------------------------------------------------------------------------------------


def test_a_third_partys_stage_is_held_by_who_took_the_transition_in(house: House, ticket: str) -> None:
    entered = house.world.advances(ticket, house.bruno, "repair")
    assert (entered.side, entered.holder_after.id, entered.party["en"]) == (
        "third_party",
        house.bruno,
        "The workshop",
    )
    assert house.world.asks(asked.ResumeRequested, ticket, house.bruno).type == "nothing-to-resume"
    assert house.world.advances(ticket, house.bruno, "back").side == "attendant"


# ---- cancel and reopen ---------------------------------------------------------------------------------------------


def test_an_open_ticket_is_cancelled_on_the_clients_turn_only(house: House, ticket: str) -> None:
    world = house.world
    assert world.asks(asked.CancelRequested, ticket, world.admin).type == "not-the-clients-turn"
    world.advances(ticket, house.bruno, "ask")
    ended = world.asks(asked.CancelRequested, ticket, world.admin)
    assert (ended.status, ended.transition, ended.stage, ended.holder_before.id) == (
        "cancelled",
        None,
        None,
        house.ana,
    )
    assert world.asks(asked.CancelRequested, ticket, world.admin).type == "not-running"


def test_a_concluded_ticket_reopens_into_the_first_stage_assigned_as_previous(house: House, ticket: str) -> None:
    world = house.world
    world.advances(ticket, house.bruno, "eva")
    ended = world.advances(ticket, house.eva, "refuse")
    again = world.asks(asked.ReopenRequested, ticket, house.ana)
    assert (again.stage.code, again.reopened, again.holder_after.id) == ("triage", True, house.eva)
    assert (again.transition, again.ordinal) == (None, ended.ordinal + 1)


def test_outside_the_window_nothing_reopens(house: House, ticket: str) -> None:
    house.world.advances(ticket, house.bruno, "refuse")
    house.world.later(days=7, seconds=1)
    assert house.world.asks(asked.ReopenRequested, ticket, house.ana).type == "reopening-over"


def test_cancelled_tickets_do_not_reopen(house: House, ticket: str) -> None:
    house.world.advances(ticket, house.bruno, "ask")
    house.world.advances(ticket, house.ana, "give_up")
    assert house.world.asks(asked.ReopenRequested, ticket, house.ana).type == "cannot-reopen"


# ---- discarding ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(DISCARDED))
def test_discarding_a_parked_operation_refuses_it(house: House, ticket: str, name: str) -> None:
    common = {"ticket_id": ticket, "operation_id": new_id(), "by": house.bruno, "ordinal": 1}
    event = _any_event(name, common)

    def discard(tx: Transaction) -> None:
        DISCARDED[name](tx, event)

    house.world.runtime.run(discard)
    refused = house.world.last(ticket)
    assert (refused.name, refused.type, refused.operation_id) == (
        "flow.refused",
        "discarded",
        common["operation_id"],
    )


def test_discarding_a_submission_that_never_began_leaves_its_number(house: House) -> None:
    event = house.world.submission(house.ana, "dispute")
    house.world.runtime.run(lambda tx: DISCARDED[event.name](tx, event))
    assert house.world.last(event.ticket_id).type == "discarded"
    assert house.world.rows("SELECT state, sequence FROM flows") == [("refused", 1)]


def _any_event(name: str, common: dict[str, Any]) -> Any:
    facts: dict[str, dict[str, Any]] = {
        "ticket.submit_requested": {
            "number": "1",
            "subject": "",
            "client_id": common["by"],
            "type": "dispute",
            "version": 1,
        },
        "ticket.advance_requested": {"transition": "ask"},
        "ticket.decision_requested": {"outcome": "approved", "evidence": ""},
        "ticket.schedule_requested": {"until": datetime.now(UTC)},
        "ticket.wait_requested": {"party": ""},
    }
    kinds = {e.name: e for e in vars(asked).values() if getattr(e, "name", None)}
    return kinds[name](**common, **facts.get(name, {}))
