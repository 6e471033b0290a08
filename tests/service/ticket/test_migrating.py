"""A ticket whose flow was moved to another version of its type."""

from __future__ import annotations

from shared.contracts.workflow import Migrated, StageFacts
from shared.ids import new_id
from tests.service.ticket.house import House


def moved(house: House, ticket_id: str, before: int, after: int) -> None:
    standing = house.flow.tickets[ticket_id]
    house.world.say(
        Migrated(
            ticket_id=ticket_id,
            ordinal=standing.ordinal,
            since=standing.since,
            by=new_id(),
            type="dispute",
            from_version=before,
            version=after,
            stage=StageFacts(code=standing.stage),
        )
    )


def test_it_is_judged_by_the_version_that_it_was_moved_to(house: House) -> None:
    ticket_id = house.routed()
    before = house.get(house.bruno, ticket_id)
    moved(house, ticket_id, 1, 2)
    after = house.get(house.bruno, ticket_id)
    assert (before["flow_version"], after["flow_version"]) == (1, 2)
    assert "http://workflow.test/v1/types/dispute/versions/2" in house.world.questions
    assert after["version"] == before["version"] + 1
    same = ("stage", "turn", "parameters", "transitions", "actions")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert len(house.get(house.bruno, ticket_id, "/history")["items"]) == 1


def test_who_saw_it_before_has_to_look_again(house: House) -> None:
    ticket_id = house.routed()
    seen = house.get(house.bruno, ticket_id)["version"]
    moved(house, ticket_id, 1, 2)
    answer = house.post(house.bruno, ticket_id, "advance", {"transition": "ask"}, If_Match=f'"{seen}"')
    assert answer.status_code == 412


def test_the_move_is_in_the_tickets_audit_and_so_is_the_way_back(house: House) -> None:
    ticket_id = house.routed()
    moved(house, ticket_id, 1, 2)
    moved(house, ticket_id, 2, 1)
    rows = house.world.rows(
        "SELECT action FROM audit_log WHERE word = 'ticket' AND aggregate_id = %(id)s ORDER BY position", id=ticket_id
    )
    assert [action for (action,) in rows][-2:] == ["migrate", "migrate"]
    assert house.get(house.bruno, ticket_id)["flow_version"] == 1
