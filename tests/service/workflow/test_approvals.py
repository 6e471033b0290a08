"""Approvals: the client's, and n of m with exclusions and delegates."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts import ticket as asked
from tests.service.workflow.house import House


def decides(house: House, ticket: str, by: str, outcome: str, evidence: str = "seen") -> Any:
    """Somebody decides; what the flow answered."""
    return house.world.asks(asked.DecisionRequested, ticket, by, outcome=outcome, evidence=evidence)


@pytest.fixture
def board(house: House) -> str:
    """A ticket that Carla passed to the board."""
    ticket = house.submitted()
    house.world.asks(asked.TransferRequested, ticket, house.bruno, to_person_id=house.carla)
    house.world.advances(ticket, house.carla, "board")
    return ticket


def test_entering_an_approval_names_its_approvers_less_the_previous_holder(house: House, board: str) -> None:
    entered = house.world.last(board)
    assert (entered.stage.kind, entered.holder_after.id, entered.holder_after.queue) == ("approval", "finance", True)
    assert entered.approvers == [house.davi, house.eva]


def test_in_an_approval_advance_is_refused(house: House, board: str) -> None:
    assert house.world.advances(board, house.davi, "approve").type == "needs-decision"


def test_an_approvers_queue_is_neither_taken_nor_transferred(house: House, board: str) -> None:
    world = house.world
    assert world.asks(asked.TakeRequested, board, house.davi).type == "needs-decision"
    passed = world.asks(asked.TransferRequested, board, world.admin, to_person_id=house.eva, any_turn=True)
    assert passed.type == "not-transferable"


def test_a_vote_that_does_not_end_it_is_recorded_with_those_left(house: House, board: str) -> None:
    ordinal = house.world.last(board).ordinal
    recorded = decides(house, board, house.davi, "approved", "hash 1")
    assert (recorded.name, recorded.outcome, recorded.approvers) == (
        "flow.decision_recorded",
        "approved",
        [house.eva],
    )
    assert recorded.ordinal == ordinal
    assert house.world.rows("SELECT person_id::text, outcome, evidence FROM votes") == [
        (house.davi, "approved", "hash 1")
    ]


def test_approved_when_n_have_approved(house: House, board: str) -> None:
    decides(house, board, house.davi, "approved", "hash 1")
    ended = decides(house, board, house.eva, "approved", "hash 2")
    assert (ended.name, ended.status, ended.transition, ended.by) == (
        "flow.finished",
        "concluded",
        "approve",
        house.eva,
    )
    assert house.world.rows("SELECT evidence FROM votes ORDER BY evidence") == [("hash 1",), ("hash 2",)]


def test_rejected_as_soon_as_n_can_no_longer_be_reached(house: House, board: str) -> None:
    back = decides(house, board, house.davi, "rejected")
    assert (back.stage.code, back.transition, back.holder_after.id) == ("triage", "reject", house.carla)


def test_nobody_votes_twice_and_no_stranger_votes(house: House, board: str) -> None:
    decides(house, board, house.davi, "approved")
    assert decides(house, board, house.davi, "approved").type == "already-voted"
    assert decides(house, board, house.bruno, "approved").type == "not-an-approver"
    assert decides(house, board, house.carla, "approved").type == "not-an-approver"


def test_a_substitute_votes_in_the_seat_of_who_is_absent(house: House, board: str) -> None:
    world = house.world
    world.changed(house.eva, absent=True, substitute_id=house.bruno)
    world.look()
    renamed = world.last(board)
    assert (renamed.name, renamed.approvers) == ("flow.reassigned", [house.davi, house.eva, house.bruno])
    recorded = decides(house, board, house.bruno, "approved")
    assert recorded.approvers == [house.davi]
    assert decides(house, board, house.eva, "approved").type == "not-an-approver"
    assert decides(house, board, house.davi, "approved").name == "flow.finished"


def test_when_fewer_than_n_can_still_act_administrators_are_told_once(house: House, board: str) -> None:
    world = house.world
    decides(house, board, house.davi, "approved")
    world.changed(house.eva, is_active=False)
    world.look()
    told = world.last(board)
    assert (told.cause, told.fallback_reason, told.approvers) == ("holder_gone", "too_few_approvers", [])
    count = len(world.said("flow", board))
    world.later(seconds=20)
    assert len(world.said("flow", board)) == count
    world.changed(house.eva, is_active=True)
    world.look()
    assert (world.last(board).fallback_reason, world.last(board).approvers) == (None, [house.eva])
    assert decides(house, board, house.eva, "approved").name == "flow.finished"


def test_an_approval_entered_with_too_few_is_told(house: House) -> None:
    house.world.changed(house.eva, is_active=False)
    house.world.changed(house.davi, is_active=False)
    ticket = house.submitted()
    entered = house.world.advances(ticket, house.bruno, "board")
    assert (entered.approvers, entered.fallback_reason) == ([house.carla], "too_few_approvers")


def test_votes_of_an_earlier_entry_do_not_count(house: House, board: str) -> None:
    world = house.world
    decides(house, board, house.davi, "rejected")
    world.advances(board, house.carla, "board")
    assert world.last(board).approvers == [house.davi, house.eva]
    assert decides(house, board, house.davi, "approved").approvers == [house.eva]


@pytest.mark.parametrize(("outcome", "name"), [("approved", "flow.finished"), ("rejected", "flow.stage_entered")])
def test_the_clients_approval_is_decided_by_the_client(house: House, outcome: str, name: str) -> None:
    ticket = house.submitted()
    entered = house.world.advances(ticket, house.bruno, "agree")
    assert (entered.side, entered.approvers, entered.holder_after.id) == ("client", [house.ana], house.ana)
    answer = decides(house, ticket, house.ana, outcome)
    assert answer.name == name
    if outcome == "rejected":
        assert (answer.stage.code, answer.holder_after.id) == ("triage", house.bruno)


def test_an_ordinary_stage_takes_no_decision(house: House) -> None:
    assert decides(house, house.submitted(), house.bruno, "approved").type == "not-an-approval"
