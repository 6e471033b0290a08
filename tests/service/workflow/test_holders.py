"""When people go, workflow moves their tickets to the fallback and administrators are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared import clock
from shared.contracts import ticket as asked
from tests.service.workflow.catalogs import HOUSE
from tests.service.workflow.house import House


def test_new_tickets_of_an_absent_default_attendant_go_to_the_substitute(house: House) -> None:
    house.world.changed(house.bruno, absent=True, substitute_id=house.eva)
    first = house.world.last(house.submitted())
    assert (first.holder_after.id, first.fallback_reason) == (house.eva, None)
    house.world.changed(house.bruno, absent=False, substitute_id=house.eva)
    assert house.world.last(house.submitted()).holder_after.id == house.bruno


def test_new_tickets_of_an_absent_default_attendant_without_a_substitute_go_to_the_fallback(house: House) -> None:
    house.world.changed(house.bruno, absent=True)
    first = house.world.last(house.submitted())
    assert (first.holder_after.id, first.fallback_reason) == ("finance", "default_attendant_cannot_act")


def test_an_answer_to_an_absent_attendant_goes_to_the_substitute(house: House) -> None:
    world, ticket = house.world, house.submitted()
    world.advances(ticket, house.bruno, "ask")
    world.changed(house.bruno, absent=True, substitute_id=house.davi)
    answered = world.advances(ticket, house.ana, "answer")
    assert (answered.holder_after.id, answered.fallback_reason) == (house.davi, None)


@pytest.fixture
def ticket(house: House) -> str:
    """A ticket that Bruno holds in triage."""
    return house.submitted()


def test_a_disabled_holders_tickets_move_to_the_flows_fallback_queue(house: House, ticket: str) -> None:
    world = house.world
    world.changed(house.bruno, is_active=False)
    world.look()
    moved = world.last(ticket)
    assert (moved.cause, moved.fallback_reason, moved.operation_id) == ("holder_gone", "holder_gone", None)
    assert (moved.holder_before.id, moved.holder_after.id, moved.holder_after.queue) == (house.bruno, "finance", True)
    assert moved.ordinal == 2
    world.later(seconds=20)
    assert len(world.said("flow", ticket)) == 2


@pytest.mark.parametrize("profiles", [[], ["client"]])
def test_a_holder_who_loses_the_permission_loses_the_tickets(house: House, ticket: str, profiles: list[str]) -> None:
    house.world.changed(house.bruno, profiles=profiles)
    house.world.look()
    assert house.world.last(ticket).holder_after.id == "finance"


def test_a_profile_that_loses_the_permission_takes_the_tickets_of_all_who_have_it(house: House, ticket: str) -> None:
    world = house.world
    zoe = world.person("Zoe", "administrator", "lead")
    world.profile("lead", ["ticket.attend"])
    world.asks(asked.TransferRequested, ticket, house.bruno, to_person_id=zoe)
    world.profile("lead", ["ticket.open_for"])
    world.look()
    assert world.last(ticket).holder_after.id == "finance"


def test_a_change_that_leaves_the_holder_able_changes_nothing(house: House, ticket: str) -> None:
    house.world.changed(house.bruno, display_name="Bruno A.", absent=True)
    house.world.look()
    assert len(house.world.said("flow", ticket)) == 1


def test_the_clients_own_turn_is_not_moved_when_the_client_is_disabled(house: House, ticket: str) -> None:
    house.world.advances(ticket, house.bruno, "ask")
    house.world.changed(house.ana, is_active=False)
    house.world.look()
    assert house.world.last(ticket).side == "client"


def test_who_acts_for_a_third_party_and_goes_is_followed_by_the_fallback(house: House, ticket: str) -> None:
    world = house.world
    world.asks(asked.WaitRequested, ticket, house.bruno, party="the bank")
    world.changed(house.bruno, is_active=False)
    world.look()
    assert (world.last(ticket).side, world.last(ticket).holder_after.id) == ("third_party", "finance")
    taken = world.asks(asked.TakeRequested, ticket, house.carla)
    assert (taken.side, taken.holder_after.id) == ("third_party", house.carla)
    assert world.asks(asked.ResumeRequested, ticket, house.carla).side == "attendant"


def test_an_assignment_decided_on_old_facts_is_found_a_little_later(house: House, ticket: str) -> None:
    world = house.world
    world.changed(house.eva, is_active=False)
    world.look()
    with world.database.connection() as connection:
        connection.execute("UPDATE flows SET holder_id = %s", (house.eva,))
    world.later(seconds=16)
    assert world.last(ticket).holder_after.id == "finance"
    assert world.rows("SELECT * FROM checks") == []


def test_a_check_that_was_asked_before_the_clock_went_back_is_due(house: House, ticket: str) -> None:
    world = house.world
    clock.OFFSET += timedelta(hours=1)
    world.changed(house.bruno, is_active=False)
    clock.OFFSET -= timedelta(hours=1)
    world.look()
    assert world.last(ticket).holder_after.id == "finance"
    world.later(seconds=16)
    assert world.rows("SELECT * FROM checks") == []


def test_removing_the_last_member_of_a_queue_that_holds_tickets_is_told(house: House, ticket: str) -> None:
    world = house.world
    world.advances(ticket, house.bruno, "analyse")
    emptied = HOUSE.replace("[carla@atende.test, davi@atende.test, eva@atende.test]", "[carla@atende.test]")
    emptied = emptied.replace("needs: 2, exclude: [previous_holder]", "needs: 1, exclude: [requester]")
    answer = world.applies(emptied.replace("exclude: [requester]", "exclude: []"))
    assert answer.status_code == 200, answer.text
    world.changed(house.carla, is_active=False)
    world.look()
    told = world.last(ticket)
    assert (told.cause, told.fallback_reason, told.holder_after.id) == ("holder_gone", "queue_empty", "finance")
    count = len(world.said("flow", ticket))
    world.later(seconds=20)
    assert len(world.said("flow", ticket)) == count


def test_a_queue_left_empty_gives_its_tickets_to_the_settings_queue(house: House, ticket: str) -> None:
    world = house.world
    assert world.sets("client_online.fallback_queue", "front_desk").status_code == 200
    world.advances(ticket, house.bruno, "analyse")
    for person in (house.carla, house.davi, house.eva):
        world.changed(person, is_active=False)
    world.look()
    assert (world.last(ticket).holder_after.id, world.last(ticket).fallback_reason) == ("front_desk", "queue_empty")


def test_a_ticket_that_nobody_holds_goes_to_the_settings_queue_as_soon_as_there_is_one(house: House) -> None:
    world = house.world
    assert world.sets("client_online.fallback_queue", "front_desk").status_code == 200
    bare = HOUSE.replace("      fallback: queue:finance\n", "").replace("    name: Dispute\n", "    name: Bare\n")
    assert world.applies(bare).status_code == 200
    with world.database.connection() as connection:
        connection.execute("UPDATE settings SET value = NULL")
    ticket = house.submitted(version=2)
    assert (world.last(ticket).holder_after, world.last(ticket).fallback_reason) == (None, "no_default_attendant")
    assert world.sets("client_online.fallback_queue", "front_desk").status_code == 200
    world.look()
    assert world.last(ticket).holder_after.id == "front_desk"


def test_a_deleted_tickets_third_party_is_forgotten(house: House, ticket: str) -> None:
    world = house.world
    world.asks(asked.WaitRequested, ticket, house.bruno, party="Dr. House")
    world.say(asked.Deleted(ticket_id=ticket, by=world.admin))
    assert world.rows("SELECT party FROM flows") == [(None,)]
    assert world.rows("SELECT count(*) FROM outbox WHERE payload::text LIKE '%%House%%'") == [(0,)]
    assert [e.name for e in world.said("flow", ticket)] == ["flow.stage_entered", "flow.reassigned"]
