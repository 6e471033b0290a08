"""Saved filters, and answers written beforehand."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.service.ticket.house import House
from tests.service.ticket.test_ending import audit_verdict


def call(house: House, who: str, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
    return house.world.call(who, method, path, body, **headers)


# ---- filters ---------------------------------------------------------------------------------------------------------

MINE = {"side": "attendant", "name": "Disputes due", "query": {"filter": "my_turn", "type": "dispute", "order": "due"}}


def test_a_person_keeps_filters_of_their_own(house: House) -> None:
    made = call(house, house.bruno, "POST", "/saved-filters", MINE)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/v1/saved-filters/{made.json['id']}"
    assert call(house, house.bruno, "GET", "/saved-filters?as=attendant").json["items"] == [made.json]
    assert call(house, house.bruno, "GET", "/saved-filters?as=client").json["items"] == []
    assert call(house, house.carla, "GET", "/saved-filters").json["items"] == []
    assert call(house, house.carla, "GET", f"/saved-filters/{made.json['id']}").status_code == 404


def test_a_filter_is_changed_on_the_version_that_was_seen_and_removed(house: House) -> None:
    path = f"/saved-filters/{call(house, house.bruno, 'POST', '/saved-filters', MINE).json['id']}"
    changed = call(house, house.bruno, "PATCH", path, {"query": {"filter": "all"}}, If_Match='"1"')
    assert (changed.json["query"], changed.json["version"]) == ({"filter": "all"}, 2)
    assert call(house, house.bruno, "PATCH", path, {"name": "x"}, If_Match='"1"').status_code == 412
    assert call(house, house.carla, "DELETE", path, If_Match="*").status_code == 404
    assert call(house, house.bruno, "DELETE", path, If_Match="*").status_code == 204
    assert call(house, house.bruno, "GET", path).status_code == 404


def test_a_filters_name_is_used_once_for_a_side(house: House) -> None:
    assert call(house, house.bruno, "POST", "/saved-filters", MINE).status_code == 201
    again = call(house, house.bruno, "POST", "/saved-filters", MINE)
    assert (again.status_code, set(again.json["errors"])) == (422, {"name"})
    assert call(house, house.bruno, "POST", "/saved-filters", {**MINE, "side": "client"}).status_code == 201
    other = call(house, house.bruno, "POST", "/saved-filters", {**MINE, "name": "Other"}).json
    taken = call(house, house.bruno, "PATCH", f"/saved-filters/{other['id']}", {"name": MINE["name"]}, If_Match="*")
    assert (taken.status_code, set(taken.json["errors"])) == (422, {"name"})


def test_a_filter_asks_only_for_what_a_list_knows(house: House) -> None:
    wrong = {**MINE, "query": {"filter": "nonsense", "colour": "red"}}
    refused = call(house, house.bruno, "POST", "/saved-filters", wrong)
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"query.filter", "query.colour"})


def test_a_person_keeps_no_more_filters_than_a_list_shows(house: House) -> None:
    for n in range(100):
        assert call(house, house.ana, "POST", "/saved-filters", {**MINE, "name": str(n)}).status_code == 201
    one_more = call(house, house.ana, "POST", "/saved-filters", MINE)
    assert (one_more.status_code, one_more.json["type"]) == (409, "urn:vez:problem:too-many-filters")


# ---- answers ---------------------------------------------------------------------------------------------------------

GREETING = {"name": "Greeting", "body": "Dear {{client.first_name}}, about {{ ticket.number }}: {{parameters.amount}}"}


def canned(house: House, who: str, **body: str) -> dict[str, Any]:
    """Somebody keeps an answer; it."""
    made = call(house, who, "POST", "/canned-answers", {**GREETING, **body})
    assert made.status_code == 201, made.text
    return dict(made.json)


def test_an_answer_of_ones_own_is_seen_by_nobody_else(house: House) -> None:
    own = canned(house, house.bruno)
    assert (own["scope"], own["placeholders"]) == (
        "personal",
        ["client.first_name", "ticket.number", "parameters.amount"],
    )
    assert call(house, house.bruno, "GET", "/canned-answers").json["items"] == [own]
    assert call(house, house.carla, "GET", "/canned-answers").json["items"] == []
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        path = f"/canned-answers/{own['id']}"
        assert call(house, house.carla, method, path, body, If_Match="*").status_code == 404


def test_the_houses_answers_are_everybodys_who_attends_and_administrators_keep_them(house: House) -> None:
    refused = call(house, house.bruno, "POST", "/canned-answers", {**GREETING, "scope": "house"})
    assert refused.status_code == 403
    houses = canned(house, house.admin, scope="house")
    assert call(house, house.carla, "GET", "/canned-answers").json["items"] == [houses]
    path = f"/canned-answers/{houses['id']}"
    assert call(house, house.carla, "PATCH", path, {"name": "x"}, If_Match="*").status_code == 403
    assert call(house, house.admin, "PATCH", path, {"name": "Hello"}, If_Match='"1"').json["name"] == "Hello"
    assert call(house, house.admin, "DELETE", path, If_Match='"1"').status_code == 412
    assert call(house, house.admin, "DELETE", path, If_Match='"2"').status_code == 204
    assert call(house, house.carla, "GET", "/canned-answers").json["items"] == []
    assert audit_verdict(house) is None


def test_clients_have_no_answers(house: House) -> None:
    for method, path, body in (
        ("GET", "/canned-answers", None),
        ("POST", "/canned-answers", GREETING),
        ("GET", f"/tickets/{house.routed()}/canned-answers/{canned(house, house.bruno)['id']}", None),
    ):
        assert call(house, house.ana, method, path, body).status_code == 403


@pytest.mark.parametrize("wrong", ["{{client.password}}", "{{}}", "{{parameters.}}", "{{ticket}}", "{{x{y}}"])
def test_a_placeholder_that_means_nothing_is_named(house: House, wrong: str) -> None:
    refused = call(house, house.bruno, "POST", "/canned-answers", {"name": "x", "body": f"Hello {wrong}"})
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"body"})
    assert refused.json["errors"]["body"][0].startswith(wrong.rstrip("}"))


def test_placeholders_are_filled_for_a_ticket_in_its_clients_language(house: House) -> None:
    house.world.setting("house.name", "ACME")
    house.world.changed(house.ana, language="pt-BR")
    ticket_id = house.routed(parameters={"invoice": "123456", "amount": "99.90", "reason": "duplicate"})
    body = (
        "{{client.name}}/{{client.first_name}}/{{ticket.subject}}/{{type.name}}/{{stage.name}}/{{attendant.name}}/"
        "{{house.name}}/{{parameters.amount}}/{{parameters.reason}}/{{parameters.nothing}}"
    )
    answer = canned(house, house.bruno, body=body)
    filled = call(house, house.bruno, "GET", f"/tickets/{ticket_id}/canned-answers/{answer['id']}").json
    assert filled["body"] == ("Ana Souza/Ana/Charged twice/Contestação/Recebido/Bruno Alves/ACME/99.90/Em dobro/")


def test_a_placeholder_never_tells_what_the_client_may_not_see(house: House) -> None:
    ticket_id = house.routed()
    house.patch(house.bruno, ticket_id, {"parameters": {"witness": house.davi}})
    house.flow.assign["analysis"] = house.queue
    house.done(house.bruno, ticket_id, "advance", {"transition": "analyse"})
    house.done(house.carla, ticket_id, "take")
    assert house.patch(house.carla, ticket_id, {"parameters": {"cause": "SECRET"}}).status_code == 200
    answer = canned(house, house.carla, body="Because: {{parameters.cause}}.")
    filled = call(house, house.carla, "GET", f"/tickets/{ticket_id}/canned-answers/{answer['id']}")
    assert filled.json["body"] == "Because: ."


def test_who_may_not_see_the_ticket_fills_no_answer_for_it(house: House) -> None:
    answer, ticket_id = canned(house, house.davi), house.routed()
    assert call(house, house.davi, "GET", f"/tickets/{ticket_id}/canned-answers/{answer['id']}").status_code == 404
