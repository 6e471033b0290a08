"""A person erased: they leave their queues, whose other members are told; flows and votes stay as they were."""

from __future__ import annotations

from services.workflow.commands.erasing import erase_next
from tests.service.workflow.house import House


def test_an_erased_attendant_leaves_their_queues_and_the_ticket_goes_to_the_fallback(house: House) -> None:
    world, ticket = house.world, house.submitted()
    world.changed(house.bruno, display_name="", email=None, profiles=[], is_active=False, erased=True)
    assert (world.runtime.run(erase_next), world.runtime.run(erase_next)) == (1, 0)
    world.look()

    assert world.rows("SELECT 1 FROM queue_members WHERE email LIKE 'bruno@%%'") == []
    assert house.bruno not in world.said("queue", "front_desk")[-1].members
    assert world.last(ticket).holder_after.id == "finance"
    counts = world.rows("SELECT counts FROM erasures WHERE person_id = %(id)s", id=house.bruno)
    assert counts == [({"queues": 1},)]


def test_an_erased_clients_flow_goes_on(house: House) -> None:
    world, ticket = house.world, house.submitted()
    before = world.rows("SELECT * FROM flows")
    world.changed(house.ana, display_name="", email=None, profiles=[], is_active=False, erased=True)
    assert world.runtime.run(erase_next) == 1
    world.look()

    assert world.rows("SELECT * FROM flows") == before
    assert world.advances(ticket, house.bruno, "ask").stage.code == "more"
