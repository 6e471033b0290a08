"""The kept counts add up to what is there: at any moment, before and after they are put together, for many at once."""

from __future__ import annotations

import threading

from services.ticket.commands.tallying import put_together
from shared.contracts.workflow import Holder
from tests.service.ticket.house import House
from tests.service.ticket.test_lists import ATTENDANT_FILTERS
from tests.service.ticket.world import World

COUNTED = """SELECT type, shelf, takeable_from(shelf, stage_kind, holder_queue), held_queues, count(*)
    FROM tickets GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"""
KEPT = """SELECT type, shelf, queue, held_queues, sum(change)
    FROM tallies WHERE holder = '' GROUP BY 1, 2, 3, 4 HAVING sum(change) <> 0 ORDER BY 1, 2, 3, 4"""
HELD = """SELECT t.id, t.held_queues, ARRAY(SELECT substr(h.holder, 7) FROM holders h
    WHERE h.ticket_id = t.id AND starts_with(h.holder, 'queue:') ORDER BY 1) FROM tickets t"""

SHELVED = """SELECT count(*) FROM holders h JOIN tickets t ON t.id = h.ticket_id
    WHERE (h.shelf, h.type, h.held_queues) IS DISTINCT FROM (t.shelf, t.type, t.held_queues)"""
COUNTED_BY_PERSON = """SELECT holder, type, shelf, held_queues, count(*) FROM holders
    WHERE NOT starts_with(holder, 'queue:') GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"""
KEPT_BY_PERSON = """SELECT holder, type, shelf, held_queues, sum(change) FROM tallies WHERE holder <> ''
    GROUP BY 1, 2, 3, 4 HAVING sum(change) <> 0 ORDER BY 1, 2, 3, 4"""


def everything_adds_up(world: World) -> None:
    """What is kept is what is there."""
    assert world.rows(KEPT) == world.rows(COUNTED)
    assert world.rows(SHELVED) == [(0,)]
    assert world.rows(KEPT_BY_PERSON) == world.rows(COUNTED_BY_PERSON)
    assert [(id, held) for id, held, _ in world.rows(HELD)] == [(id, held) for id, _, held in world.rows(HELD)]


def walked(house: House) -> list[str]:
    """Tickets of every kind, through queues and back."""
    house.flow.assign["analysis"] = house.queue
    made = [house.draft(), house.submitted(), house.routed(), house.on_the_clients_turn(), house.in_analysis()]
    made += [house.before_the_board(), house.in_agreement(), house.concluded(), house.cancelled()]
    made += [house.routed(house.leo, type="secret") for _ in range(2)]
    moved = house.routed()
    house.done(house.bruno, moved, "transfer", {"to": "queue:finance", "reason": "x"})
    house.done(house.davi, moved, "take")
    house.done(house.davi, moved, "transfer", {"to": "queue:front_desk", "reason": "x"})
    return [*made, moved]


def test_the_kept_counts_are_those_of_the_tickets(house: House) -> None:
    walked(house)
    everything_adds_up(house.world)
    changes = house.world.rows("SELECT count(*) FROM tallies")[0][0]
    assert house.world.runtime.run(put_together) > 0
    everything_adds_up(house.world)
    assert house.world.rows("SELECT count(*) FROM tallies")[0][0] < changes
    assert house.world.runtime.run(put_together) == 0


def test_counts_stay_those_of_the_lists_when_they_are_put_together(house: House) -> None:
    house.flow.assign["desk"] = Holder(id="front_desk", queue=True)
    walked(house)
    house.world.profile("auditor", ["ticket.read", "ticket.attend"], scopes=["group:general", "type:dispute"])
    auditor = house.world.person("Auditor", "auditor")
    clerk = house.world.attendant("Clerk")
    house.world.queue("front_desk", house.bruno, clerk)
    for _ in range(2):
        for who in (house.bruno, house.carla, house.davi, house.admin, auditor, clerk):
            counts = house.world.call(who, "GET", "/tickets/counts?as=attendant").json
            listed = {
                name: len(house.listed(who, f"as=attendant&filter={name}&limit=100")) for name in ATTENDANT_FILTERS
            }
            assert counts == listed
        house.world.runtime.run(put_together)


def test_who_put_them_together_at_once_lose_nothing(house: House) -> None:
    walked(house)
    writing = threading.Event()
    failed: list[BaseException] = []

    def until_all_is_written() -> None:
        try:
            while not writing.is_set():
                house.world.runtime.run(put_together)
        except BaseException as error:
            failed.append(error)

    helpers = [threading.Thread(target=until_all_is_written) for _ in range(2)]
    for helper in helpers:
        helper.start()
    walked(house)
    writing.set()
    for helper in helpers:
        helper.join()
    assert failed == []
    everything_adds_up(house.world)
