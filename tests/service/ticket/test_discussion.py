"""The discussion, shares, relations, time entries, templates."""

from __future__ import annotations

from datetime import timedelta

from shared import clock
from shared.contracts.ticket import Commented, Related, Shared, TimeLogged
from tests.service.ticket.house import House


def test_the_discussion_is_always_open_and_does_not_change_the_version(house: House) -> None:
    ticket_id = house.routed()
    before = house.get(house.ana, ticket_id)["version"]
    answer = house.world.call(house.ana, "POST", f"/tickets/{ticket_id}/messages", {"body": "Any news?"})
    assert (answer.status_code, answer.json["visibility"], answer.json["author"]["name"]) == (
        201,
        "public",
        "Ana Souza",
    )
    assert house.get(house.ana, ticket_id)["version"] == before
    event = house.world.said(ticket_id)[-1]
    assert isinstance(event, Commented)
    assert (event.message_id, event.visibility) == (answer.json["id"], "public")
    assert "Any news?" not in str(event)


def test_internal_notes_never_leave_the_server_for_the_client(house: House) -> None:
    ticket_id = house.routed()
    house.post(house.bruno, ticket_id, "messages", {"body": "Between us", "visibility": "internal"})
    house.post(house.bruno, ticket_id, "messages", {"body": "For all"})
    assert [m["body"] for m in house.get(house.bruno, ticket_id, "/messages")["items"]] == ["Between us", "For all"]
    assert [m["body"] for m in house.get(house.ana, ticket_id, "/messages")["items"]] == ["For all"]
    assert house.post(house.ana, ticket_id, "messages", {"body": "x", "visibility": "internal"}).status_code == 403


def test_people_whose_e_mail_is_named_after_an_at_are_mentioned(house: House) -> None:
    ticket_id = house.routed()
    body = "Please look, @carla@atende.test and @nobody@atende.test. Not carla@atende.test."
    house.post(house.bruno, ticket_id, "messages", {"body": body})
    assert house.world.said(ticket_id)[-1].mentions == [house.carla]


def test_messages_run_oldest_first_by_cursor(house: House) -> None:
    ticket_id = house.routed()
    for n in range(5):
        house.post(house.ana, ticket_id, "messages", {"body": str(n)})
    first = house.get(house.ana, ticket_id, "/messages?limit=2")
    second = house.get(house.ana, ticket_id, f"/messages?limit=2&cursor={first['next_cursor']}")
    last = house.get(house.ana, ticket_id, f"/messages?limit=2&cursor={second['next_cursor']}")
    bodies = [m["body"] for page in (first, second, last) for m in page["items"]]
    assert (bodies, last["next_cursor"]) == (["0", "1", "2", "3", "4"], None)


def test_one_ticket_is_shared_by_name_with_an_expiry(house: House) -> None:
    ticket_id = house.on_the_clients_turn()
    until = clock.now() + timedelta(days=1)
    body = {"person": "bia@cliente.test", "expires_at": until.isoformat()}
    assert house.world.call(house.bia, "GET", f"/tickets/{ticket_id}").status_code == 404
    share = house.post(house.ana, ticket_id, "shares", body)
    assert share.status_code == 201, share.text
    told = house.world.said(ticket_id)[-1]
    assert isinstance(told, Shared)
    assert (told.person_id, told.expires_at, told.by) == (house.bia, until, house.ana)
    seen = house.get(house.bia, ticket_id)
    assert seen["actions"] == ["comment"]
    assert {f["access"] for f in seen["fields"]} == {"read_only"}
    assert house.listed(house.bia, "scope=shared") == [ticket_id]
    assert house.listed(house.bia) == []
    assert house.post(house.bia, ticket_id, "messages", {"body": "I read it"}).status_code == 201
    assert house.post(house.bia, ticket_id, "advance", {"transition": "answer"}).status_code == 403
    assert house.world.call(house.bia, "GET", f"/tickets/{ticket_id}/shares").status_code == 403
    clock.OFFSET += timedelta(days=2)
    assert house.world.call(house.bia, "GET", f"/tickets/{ticket_id}").status_code == 404


def test_a_share_is_ended(house: House) -> None:
    ticket_id = house.on_the_clients_turn()
    body = {"person": house.bia, "expires_at": (clock.now() + timedelta(days=1)).isoformat()}
    share_id = house.post(house.ana, ticket_id, "shares", body).json["id"]
    path = f"/tickets/{ticket_id}/shares/{share_id}"
    assert house.world.call(house.ana, "DELETE", path).status_code == 428
    assert house.world.call(house.ana, "DELETE", path, If_Match="*").status_code == 204
    assert house.world.call(house.ana, "DELETE", path, If_Match="*").status_code == 404
    assert house.world.call(house.bia, "GET", f"/tickets/{ticket_id}").status_code == 404


def test_a_ticket_is_not_shared_into_the_past_nor_with_its_client(house: House) -> None:
    ticket_id = house.on_the_clients_turn()
    past = {"person": house.bia, "expires_at": (clock.now() - timedelta(days=1)).isoformat()}
    assert set(house.post(house.ana, ticket_id, "shares", past).json["errors"]) == {"expires_at"}
    self = {"person": house.ana, "expires_at": (clock.now() + timedelta(days=1)).isoformat()}
    assert set(house.post(house.ana, ticket_id, "shares", self).json["errors"]) == {"person"}


def test_tickets_are_related_and_only_shown_to_who_sees_them(house: House) -> None:
    mine, theirs = house.routed(), house.routed(house.bia)
    answer = house.post(house.bruno, mine, "relations", {"ticket_id": theirs})
    assert answer.status_code == 201
    assert house.get(house.bruno, theirs, "/relations")["items"][0]["ticket"]["id"] == mine
    assert house.get(house.ana, mine, "/relations")["items"] == []
    path = f"/tickets/{mine}/relations/{answer.json['id']}"
    assert house.world.call(house.ana, "DELETE", path, If_Match="*").status_code == 403
    assert house.world.call(house.bruno, "DELETE", path, If_Match="*").status_code == 204
    assert house.get(house.bruno, theirs, "/relations")["items"] == []
    told = [e for e in house.world.said(mine) if isinstance(e, Related)]
    assert [(e.other_id, e.kind, e.removed) for e in told] == [(theirs, "related", False), (theirs, "related", True)]


def test_time_entries_are_the_attendants(house: House) -> None:
    ticket_id = house.routed()
    answer = house.post(house.bruno, ticket_id, "time-entries", {"minutes": 45, "note": "Called"})
    assert answer.status_code == 201, answer.text
    assert house.post(house.ana, ticket_id, "time-entries", {"minutes": 45}).status_code == 403
    assert house.world.call(house.ana, "GET", f"/tickets/{ticket_id}/time-entries").status_code == 403
    items = house.get(house.admin, ticket_id, "/time-entries")["items"]
    assert [(i["minutes"], i["person"]["name"]) for i in items] == [(45, "Bruno Alves")]
    path = f"/tickets/{ticket_id}/time-entries/{answer.json['id']}"
    assert house.world.call(house.admin, "DELETE", path, If_Match="*").status_code == 403
    assert house.world.call(house.bruno, "DELETE", path, If_Match="*").status_code == 204
    told = [e for e in house.world.said(ticket_id) if isinstance(e, TimeLogged)]
    assert [(e.minutes, e.removed) for e in told] == [(45, False), (45, True)]


def test_time_that_lies_ahead_was_not_worked(house: House) -> None:
    body = {"minutes": 5, "worked_on": "2999-01-01"}
    assert set(house.post(house.bruno, house.routed(), "time-entries", body).json["errors"]) == {"worked_on"}


def test_templates_of_types_and_ones_own(house: House) -> None:
    of_type = house.world.call(house.ana, "GET", "/templates").json["items"]
    assert [(t["code"], t["name"], t["id"]) for t in of_type] == [("twice", "Twice", None)]
    assert house.world.call(house.leo, "GET", "/templates").json["items"] == []
    made = house.world.call(house.ana, "POST", "/templates", {"type": "dispute", "name": "Mine", "subject": "A"})
    path = f"/templates/{made.json['id']}"
    assert made.headers["Location"] == f"/v1{path}"
    assert len(house.world.call(house.ana, "GET", "/templates?type=dispute").json["items"]) == 2
    assert house.world.call(house.bia, "GET", path).status_code == 404
    assert house.world.call(house.ana, "PATCH", path, {"name": "B"}).status_code == 428
    changed = house.world.call(house.ana, "PATCH", path, {"name": "B"}, If_Match=made.headers["ETag"])
    assert (changed.json["name"], changed.json["subject"], changed.headers["ETag"]) == ("B", "A", '"2"')
    assert house.world.call(house.ana, "PATCH", path, {"name": "C"}, If_Match=made.headers["ETag"]).status_code == 412
    assert house.world.call(house.ana, "DELETE", path, If_Match="*").status_code == 204
    assert house.world.call(house.ana, "GET", path).status_code == 404
