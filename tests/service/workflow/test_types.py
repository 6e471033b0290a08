"""Types that I may open, definitions for replicas, queues and flows: who sees what."""

from __future__ import annotations

from shared.http import encode_cursor
from tests.service.workflow.house import House


def codes(house: House, person: str, query: str = "") -> list[str]:
    """The codes of the types that somebody is offered."""
    answer = house.world.call(person, "GET", f"/types{query}")
    assert answer.status_code == 200, answer.text
    return [t["code"] for t in answer.json["items"]]


def test_a_client_is_offered_the_types_that_their_kind_and_profile_allow(house: House) -> None:
    leo = house.world.person("Leo", "client", kind="student", email="leo@cliente.test")
    assert codes(house, house.ana) == ["dispute", "timed"]
    assert codes(house, leo) == ["timed"]


def test_who_opens_on_behalf_is_offered_what_the_client_may_open(house: House) -> None:
    leo = house.world.person("Leo", "client", kind="student", email="leo@cliente.test")
    assert codes(house, house.bruno) == ["dispute", "timed"]
    assert codes(house, house.bruno, f"?client={leo}") == ["timed"]
    assert house.world.call(house.ana, "GET", f"/types?client={leo}").status_code == 403


def test_without_the_permission_to_open_there_is_no_list(house: House) -> None:
    guest = house.world.person("Guest", kind="customer", email="guest@cliente.test")
    assert house.world.call(guest, "GET", "/types").status_code == 403


def test_a_type_shows_what_its_first_stage_asks_of_clients(house: House) -> None:
    shown = house.world.call(house.ana, "GET", "/types", Accept_Language="en").json["items"][0]
    assert [(f["code"], f["kind"], f["access"]) for f in shown["fields"]] == [("amount", "money", "required")]
    assert (shown["name"], shown["group"], shown["version"]) == ("Dispute", {"code": "general", "name": "General"}, 1)


def test_types_come_in_pages(house: House) -> None:
    first = house.world.call(house.ana, "GET", "/types?limit=1").json
    assert [t["code"] for t in first["items"]] == ["dispute"]
    assert codes(house, house.ana, f"?limit=1&cursor={first['next_cursor']}") == ["timed"]
    for cursor in ("nonsense", encode_cursor([1]), encode_cursor(["a\x00"]), encode_cursor([])):
        assert house.world.call(house.bruno, "GET", f"/types?cursor={cursor}").status_code == 422
        assert house.world.call(house.bruno, "GET", f"/queues?cursor={cursor}").status_code == 422


def test_a_version_number_beyond_all_numbers_is_not_found(house: House) -> None:
    assert house.world.call("service", "GET", "/types/dispute/versions/4294967297").status_code == 404
    answer = house.world.call("service", "GET", "/types/nothing")
    assert (answer.json["detail"], answer.json["type"]) == ("Não existe o tipo nothing", "urn:vez:problem:not-found")


def test_definitions_are_for_services_attendants_and_administrators(house: House) -> None:
    world = house.world
    for path in ("/types/dispute/versions/1", "/types/dispute/versions/current", "/types/dispute", "/queues"):
        assert world.call("service", "GET", path).status_code == 200
        assert world.call(house.bruno, "GET", path).status_code == 200
        assert world.call(house.ana, "GET", path).status_code == 403
        assert world.call(None, "GET", path).status_code == 401
    assert world.call("service", "GET", "/types/dispute/versions/9").status_code == 404
    assert world.call("service", "GET", "/types/nothing/versions/current").status_code == 404


def test_a_type_and_a_queue_are_given_as_their_events_say_them_with_their_numbers(house: House) -> None:
    whole = house.world.call("service", "GET", "/types/dispute").json
    assert (whole["type"]["code"], whole["type"]["sequence"]) == ("dispute", 1)
    assert whole["published"] == {"type": "dispute", "version": 1, "sequence": 1}
    queue = house.world.call("service", "GET", "/queues/finance").json
    assert (queue["members"], queue["sequence"], queue["retired"]) == ([house.carla, house.davi, house.eva], 1, False)
    assert queue["people"][0] == {"id": house.carla, "name": "Carla Dias", "can_attend": True}
    assert house.world.call("service", "GET", "/queues/nowhere").status_code == 404


def test_a_flow_is_seen_by_who_holds_it_by_their_queue_and_by_who_sees_all(house: House) -> None:
    world = house.world
    ticket = house.submitted()
    path = f"/flows/{ticket}"
    assert world.call(house.bruno, "GET", path).json["holder"] == {"id": house.bruno, "queue": False}
    assert world.call("service", "GET", path).status_code == 200
    assert world.call(world.admin, "GET", path).status_code == 200
    assert world.call(house.carla, "GET", path).status_code == 404
    assert world.call(house.ana, "GET", path).status_code == 404
    world.advances(ticket, house.bruno, "analyse")
    assert world.call(house.carla, "GET", path).json["holder"] == {"id": "finance", "queue": True}


def test_the_openapi_document_is_there(house: House) -> None:
    document = house.world.app.test_client().get("/v1/openapi.json").json
    assert {"/v1/catalog", "/v1/types", "/v1/queues", "/v1/settings/{key}"} <= document["paths"].keys()
