"""Deadlines: near, missed, taken by the clock; pauses; a calendar that changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.workflow.commands.strike import claim_due
from shared import clock
from shared.contracts import ticket as asked
from shared.ids import SYSTEM
from tests.service.workflow.catalogs import HOUSE
from tests.service.workflow.house import House


@pytest.fixture
def ticket(house: House) -> str:
    """A ticket of the timed type, held by Bruno: due in 4 h, near at half of it; 10 h for attendants in all."""
    return house.submitted("timed")


def names(house: House, ticket: str) -> list[str]:
    """What was said of a flow, by name."""
    return [e.name.removeprefix("flow.") for e in house.world.said("flow", ticket)]


def due(house: House, ticket: str) -> Any:
    """The last change of the deadline."""
    return [e for e in house.world.said("flow", ticket) if e.name == "flow.due_changed"][-1]


def test_entering_a_stage_starts_its_clock_and_tells_the_deadline(house: House, ticket: str) -> None:
    entered = house.world.last(ticket)
    told = due(house, ticket)
    assert (told.due_at - entered.since, told.near_at - entered.since) == (timedelta(hours=4), timedelta(hours=2))
    assert (told.ordinal, told.operation_id) == (1, None)


def test_near_and_missed_are_told_once_each(house: House, ticket: str) -> None:
    world = house.world
    world.later(hours=1, minutes=59)
    assert names(house, ticket) == ["stage_entered", "due_changed"]
    world.later(minutes=2)
    near = world.last(ticket)
    assert (near.name, near.stage.code, near.holder.id) == ("flow.deadline_near", "work", house.bruno)
    world.look()
    world.later(hours=2)
    missed = world.last(ticket)
    assert (missed.name, missed.due_at, missed.by) == (
        "flow.deadline_missed",
        due(house, ticket).due_at,
        SYSTEM.id,
    )
    world.later(hours=1)
    assert names(house, ticket) == ["stage_entered", "due_changed", "deadline_near", "deadline_missed"]


def test_a_deadline_that_passed_while_no_worker_ran_is_told_as_missed_alone(house: House, ticket: str) -> None:
    house.world.later(hours=5)
    assert names(house, ticket)[2:] == ["deadline_missed"]


def test_time_that_is_a_third_partys_or_nobodys_does_not_count(house: House, ticket: str) -> None:
    world = house.world
    world.later(hours=1)
    world.asks(asked.WaitRequested, ticket, house.bruno, party="the bank")
    assert due(house, ticket).due_at is None
    world.later(hours=30)
    assert "deadline_near" not in names(house, ticket)
    back = world.asks(asked.ResumeRequested, ticket, house.bruno)
    left = due(house, ticket).due_at - back.since
    assert abs(left - timedelta(hours=3)) < timedelta(minutes=1)
    rests = world.asks(asked.ScheduleRequested, ticket, house.bruno, until=back.since + timedelta(hours=5))
    assert due(house, ticket).due_at is None
    world.later(hours=5, seconds=1)
    woken = world.last(ticket)
    assert woken.since >= rests.until
    assert abs(due(house, ticket).due_at - woken.since - timedelta(hours=3)) < timedelta(minutes=1)


def test_a_transfer_does_not_start_the_stages_clock_anew(house: House, ticket: str) -> None:
    house.world.later(hours=1)
    house.world.asks(asked.TransferRequested, ticket, house.bruno, to_person_id=house.carla)
    assert names(house, ticket) == ["stage_entered", "due_changed", "reassigned"]


def test_a_stages_clock_starts_anew_at_each_entry_while_the_sides_sums(house: House, ticket: str) -> None:
    world = house.world
    world.later(hours=3)
    world.advances(ticket, house.bruno, "ask")
    world.asks(asked.DecisionRequested, ticket, house.ana, outcome="rejected", evidence="")
    entered = [e for e in world.said("flow", ticket) if e.name == "flow.stage_entered"][-1]
    assert due(house, ticket).due_at - entered.since == timedelta(hours=4)
    world.later(hours=3, minutes=59)
    world.asks(asked.WaitRequested, ticket, house.bruno, party="x")
    world.asks(asked.ResumeRequested, ticket, house.bruno)
    shown = world.call("service", "GET", f"/flows/{ticket}").json
    sides = {c["name"]: c for c in shown["clocks"]}
    assert abs(sides["attendant"]["spent_seconds"] - (7 * 3600 - 60)) < 30
    assert sides["attendant"]["budget_seconds"] == 36000
    assert [i["why"] for i in sides["attendant"]["intervals"]] == [
        "counted",
        "other_side",
        "counted",
        "third_party",
        "counted",
    ]


def test_then_is_taken_by_the_clock_when_the_deadline_is_missed(house: House, ticket: str) -> None:
    world = house.world
    world.advances(ticket, house.bruno, "ask")
    assert due(house, ticket).due_at is not None
    world.later(days=20)
    assert names(house, ticket)[-3:] == ["deadline_missed", "finished", "due_changed"]
    finished = world.last(ticket)
    assert (finished.status, finished.transition, finished.by, finished.operation_id) == (
        "concluded",
        "approve",
        SYSTEM.id,
        None,
    )
    assert due(house, ticket).due_at is None
    world.later(days=20)
    assert world.last(ticket) == finished


def test_a_clock_never_wins_against_a_person_who_acted_first(house: House, ticket: str) -> None:
    world = house.world
    world.advances(ticket, house.bruno, "ask")
    clock.OFFSET += timedelta(days=20)
    world.asks(asked.DecisionRequested, ticket, house.ana, outcome="rejected", evidence="")
    world.look()
    assert world.rows("SELECT stage, state FROM flows") == [("work", "running")]


def test_who_acts_after_the_clock_did_is_refused(house: House, ticket: str) -> None:
    world = house.world
    ordinal = world.advances(ticket, house.bruno, "ask").ordinal
    world.later(days=20)
    late = world.asks(asked.DecisionRequested, ticket, house.ana, ordinal=ordinal, outcome="rejected", evidence="")
    assert late.name == "flow.refused"


def test_a_calendar_that_changes_recomputes_the_deadlines_that_count_by_it(house: House, ticket: str) -> None:
    world = house.world
    world.advances(ticket, house.bruno, "ask")
    hours = 'mon-fri: ["08:00-12:00", "13:00-18:00"]'
    assert world.applies(HOUSE.replace(hours, 'sun: ["08:00-12:00"]')).status_code == 200
    world.look()
    before = due(house, ticket).due_at
    opened = HOUSE.replace(hours, 'mon-sun: ["00:00-24:00"]')
    assert world.applies(opened.replace(", holidays: BR-SP", "")).status_code == 200
    world.look()
    after = due(house, ticket).due_at
    assert after < before - timedelta(days=7)
    entered = [e for e in world.said("flow", ticket) if e.name == "flow.stage_entered"][-1]
    assert after - entered.since == timedelta(days=3)


def test_two_workers_claim_a_due_flow_once(house: House, ticket: str) -> None:
    clock.OFFSET += timedelta(hours=5)
    run = house.world.runtime.run
    assert [run(claim_due), run(claim_due)] == [[ticket], []]
