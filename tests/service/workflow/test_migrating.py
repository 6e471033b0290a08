"""Moving open tickets between versions: listed, judged, moved and moved back, by who may publish."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.workflow.queries import flows
from tests.service.workflow.catalogs import HOUSE
from tests.service.workflow.house import House

RENAMED = HOUSE.replace("name: Analyse}", "name: Look into it}")


@pytest.fixture
def second(house: House) -> House:
    """The house with a second version of the type dispute."""
    answer = house.world.applies(RENAMED)
    assert answer.json["versions"]["dispute"] == 2, answer.text
    return house


def migrated(house: House, ticket: str, version: int = 2, *, who: str | None = None, **more: Any) -> TestResponse:
    headers = {name: more.pop(name) for name in list(more) if name[0].isupper()}
    body = {"version": version, "parameters": {"amount": "10.00"}, **more}
    path = f"/flows/{ticket}/migrate"
    return house.world.call(who or house.world.admin, "POST", path, body, **({"If_Match": "*"} | headers))


def names(house: House, ticket: str) -> list[str]:
    return [event.name for event in house.world.said("flow", ticket)]


def test_the_open_tickets_on_other_versions_are_listed_in_pages(second: House) -> None:
    old = [second.submitted() for _ in range(3)]
    second.submitted(version=2)
    second.world.advances(old[2], second.bruno, "refuse")
    path = "/types/dispute/flows?other_than=2&limit=1"
    first = second.world.call(second.world.admin, "GET", path).json
    rest = second.world.call(second.world.admin, "GET", f"{path}&cursor={first['next_cursor']}").json
    assert [item["ticket_id"] for item in (*first["items"], *rest["items"])] == old[:2]
    assert rest["next_cursor"] is None
    assert first["items"][0] | {"number": "", "ticket_id": ""} == {
        "ticket_id": "",
        "number": "",
        "flow_version": 1,
        "stage": "triage",
        "version": 1,
    }
    assert second.world.call(second.world.admin, "GET", "/types/dispute/flows?cursor=WyJ4Il0").status_code == 422


def test_a_dry_run_tells_and_changes_nothing(second: House) -> None:
    ticket = second.submitted()
    answer = second.world.call(
        second.world.admin, "POST", f"/flows/{ticket}/migrate", {"version": 2, "parameters": {}, "dry_run": True}
    )
    assert answer.status_code == 200, answer.text
    assert (answer.json["moved"], answer.json["obstacles"], answer.json["from_version"]) == (False, [], 1)
    assert names(second, ticket) == ["flow.stage_entered"]


def test_a_ticket_moves_and_is_moved_back_by_the_older_number(second: House) -> None:
    world, ticket = second.world, second.submitted()
    before = world.call(second.bruno, "GET", f"/flows/{ticket}").json
    answer = migrated(second, ticket)
    assert (answer.status_code, answer.json["moved"]) == (200, True), answer.text
    event = world.said("flow", ticket)[-1]
    assert (event.name, event.from_version, event.version, event.by) == ("flow.migrated", 1, 2, world.admin)
    after = world.call(second.bruno, "GET", f"/flows/{ticket}").json
    assert after == before | {"flow_version": 2, "version": before["version"] + 1}
    assert answer.json["version"] == after["version"]
    assert migrated(second, ticket, 1).json["moved"] is True
    assert names(second, ticket) == ["flow.stage_entered", "flow.migrated", "flow.migrated"]
    audit = world.rows(
        "SELECT action FROM audit_log WHERE word = 'type' AND aggregate_id = 'dispute' ORDER BY position"
    )
    assert [action for (action,) in audit][-2:] == ["migrate_ticket", "migrate_ticket"]


def test_moving_where_it_is_already_is_harmless(second: House) -> None:
    ticket = second.submitted()
    assert migrated(second, ticket, 1).json["moved"] is False
    assert names(second, ticket) == ["flow.stage_entered"]


def test_a_moved_ticket_walks_the_version_that_it_is_on(house: House) -> None:
    third = HOUSE.replace("            - {code: analyse, to: analysis, name: Analyse}\n", "")
    third = third.replace("{code: big, to: analysis, name: Big,", "{code: other, to: analysis, name: Other,")
    assert house.world.applies(third).json["versions"]["dispute"] == 2
    ticket = house.submitted()
    assert migrated(house, ticket).json["moved"] is True
    assert house.world.advances(ticket, house.bruno, "analyse").type == "unknown-transition"
    assert migrated(house, ticket, 1).json["moved"] is True
    assert house.world.advances(ticket, house.bruno, "analyse").stage.code == "analysis"


def test_what_is_in_the_way_is_named_and_nothing_moves(second: House) -> None:
    board = second.submitted()
    second.world.advances(board, second.bruno, "board")
    told = migrated(second, board, dry_run=True).json["obstacles"]
    assert told == [
        {"reason": "approval-pending", "field": "stage", "message": "Na etapa board há uma decisão pendente"}
    ]
    refused = migrated(second, board)
    assert (refused.status_code, refused.json["type"]) == (409, "urn:vez:problem:cannot-migrate")
    assert refused.json["errors"] == {"stage": ["Na etapa board há uma decisão pendente"]}
    assert "flow.migrated" not in names(second, board)


def test_only_who_may_publish_and_has_seen_it_moves_a_ticket(second: House) -> None:
    ticket = second.submitted()
    for who in (second.ana, second.bruno):
        assert migrated(second, ticket, who=who).status_code == 403
        assert second.world.call(who, "GET", "/types/dispute/flows").status_code == 403
    assert migrated(second, ticket, If_Match='"99"').status_code == 412
    path = f"/flows/{ticket}/migrate"
    blind = second.world.call(second.world.admin, "POST", path, {"version": 2, "parameters": {}})
    assert blind.status_code == 428
    assert migrated(second, ticket, 9).status_code == 422
    assert migrated(second, "01890000-0000-7000-8000-000000000000").status_code == 404


def test_a_ticket_that_ended_does_not_move(second: House) -> None:
    ticket = second.submitted()
    second.world.advances(ticket, second.bruno, "refuse")
    answer = migrated(second, ticket)
    assert (answer.status_code, answer.json["type"]) == (409, "urn:vez:problem:not-running")


def test_deadlines_are_those_of_the_version(house: House) -> None:
    timed = HOUSE.replace(
        "          client_name: Received\n", "          client_name: Received\n          due: {within: 1d}\n", 1
    )
    assert house.world.applies(timed).json["versions"]["dispute"] == 2
    ticket = house.submitted()
    migrated(house, ticket)
    assert names(house, ticket) == ["flow.stage_entered", "flow.migrated", "flow.due_changed"]
    migrated(house, ticket, 1)
    assert house.world.said("flow", ticket)[-1].due_at is None


def test_the_list_of_open_tickets_walks_its_index(house: House) -> None:
    values = {"code": "dispute", "other_than": 2, "after": flows.BEFORE_ALL, "limit": 26}
    with house.world.database.connection() as connection:
        plan = connection.execute(f"EXPLAIN {flows._RUNNING.sql}", values).fetchall()
    assert any("ix_flows_of_type" in row for (row,) in plan), plan
    assert not any("Sort" in row for (row,) in plan), plan
