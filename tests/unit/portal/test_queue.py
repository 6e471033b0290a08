"""The attendants' queue: what it asks for, and the views of it that are saved under a name."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from tests.unit.portal.asking import sealed
from tests.unit.portal.town import Town, refuses

FILTER_ID = "0199d0f0-0000-7000-8000-0000000000f1"
FILTERS = "/v1/saved-filters"
SAVED = {
    "id": FILTER_ID,
    "side": "attendant",
    "name": "Urgentes",
    "query": {"filter": "my_turn", "order": "waiting", "priority": "urgent"},
    "version": 4,
}


def a_town_with_a_filter(town: Town) -> None:
    town.answers[f"ticket GET {FILTERS}"] = {"items": [SAVED], "next_cursor": None}


def test_the_queue_is_ordered_and_narrowed_by_the_ticket_service(bruno: FlaskClient, town: Town) -> None:
    bruno.get("/queue?filter=my_queues&queue=desk&order=waiting&priority=high&q=boleto")
    asked = town.sent("GET", "/v1/tickets")[-1].url.params
    wanted = {"filter": "my_queues", "queue": "desk", "order": "waiting", "priority": "high", "q": "boleto"}
    assert wanted.items() <= dict(asked).items()


def test_lists_without_an_end_come_newest_first(bruno: FlaskClient, town: Town) -> None:
    bruno.get("/queue?filter=concluded&order=due")
    assert town.sent("GET", "/v1/tickets")[-1].url.params["order"] == "newest"


def test_an_address_that_asks_for_what_there_is_not_shows_the_usual_view(bruno: FlaskClient, town: Town) -> None:
    assert bruno.get("/queue?filter=x&order=y&priority=z").status_code == 200
    asked = town.sent("GET", "/v1/tickets")[-1].url.params
    assert (asked["filter"], asked["order"], "priority" in asked) == ("my_turn", "due", False)


def test_a_saved_filter_stands_in_the_menu_and_opens_its_view(bruno: FlaskClient, town: Town) -> None:
    a_town_with_a_filter(town)
    address = f"/queue?filter=my_turn&order=waiting&priority=urgent&saved={FILTER_ID}"
    assert f'href="{address.replace("&", "&amp;")}"' in bruno.get("/queue").text
    opened = bruno.get(address).text
    assert "<h1>Urgentes" in opened
    assert opened.count('aria-current="page"') == 1


def test_the_present_view_is_saved_under_a_name(bruno: FlaskClient, town: Town) -> None:
    town.answers[f"ticket POST {FILTERS}"] = (201, SAVED)
    answer = sealed(bruno, "/queue/filters?filter=all&order=newest&q=boleto", {"name": " Boletos ", "key": "k"})
    assert answer.status_code == 303
    assert f"saved={FILTER_ID}" in answer.location
    sent = town.sent("POST", FILTERS)[-1]
    query = {"filter": "all", "order": "newest", "q": "boleto"}
    assert json.loads(sent.content) == {"side": "attendant", "name": "Boletos", "query": query}
    assert sent.headers["Idempotency-Key"] == "k"


def test_a_name_that_is_refused_stays_with_the_reason_beside_it(bruno: FlaskClient, town: Town) -> None:
    town.answers[f"ticket POST {FILTERS}"] = refuses(422, name=["Já existe um filtro com esse nome"])
    answer = sealed(bruno, "/queue/filters?filter=all", {"name": "Boletos"})
    assert answer.status_code == 422
    assert 'value="Boletos"' in answer.text
    assert "Já existe um filtro com esse nome" in answer.text
    assert '<details class="v-fold" id="saving" open>' in answer.text


def test_a_saved_filter_takes_a_new_name_and_what_is_shown_now(bruno: FlaskClient, town: Town) -> None:
    a_town_with_a_filter(town)
    town.answers[f"ticket PATCH {FILTERS}/{FILTER_ID}"] = SAVED
    address = f"/queue/filters/{FILTER_ID}?filter=my_turn&order=due&saved={FILTER_ID}"
    assert sealed(bruno, address, {"name": "Hoje", "version": "4", "do": "save"}).status_code == 303
    sent = town.sent("PATCH", f"{FILTERS}/{FILTER_ID}")[-1]
    assert json.loads(sent.content) == {"name": "Hoje", "query": {"filter": "my_turn", "order": "due"}}
    assert sent.headers["If-Match"] == '"4"'


def test_a_changed_view_may_be_saved_beside_the_one_it_came_from(bruno: FlaskClient, town: Town) -> None:
    a_town_with_a_filter(town)
    town.answers[f"ticket POST {FILTERS}"] = (201, SAVED)
    address = f"/queue/filters/{FILTER_ID}?filter=my_turn&order=due&saved={FILTER_ID}"
    assert sealed(bruno, address, {"name": "Hoje", "do": "another"}).status_code == 303
    assert len(town.sent("POST", FILTERS)) == 1


def test_a_saved_filter_that_is_removed_leads_back_to_the_queue(bruno: FlaskClient, town: Town) -> None:
    a_town_with_a_filter(town)
    town.answers[f"ticket DELETE {FILTERS}/{FILTER_ID}"] = (204, None)
    answer = sealed(bruno, f"/queue/filters/{FILTER_ID}/remove", {"version": "4"})
    assert (answer.status_code, answer.location) == (303, "/queue")
    assert town.sent("DELETE", f"{FILTERS}/{FILTER_ID}")[-1].headers["If-Match"] == '"4"'


def test_who_does_not_attend_saves_no_filter(ana: FlaskClient) -> None:
    assert sealed(ana, "/queue/filters", {"name": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("of", "asked"), [("dispute", {"type": "dispute"}), ("group:finance", {"group": "finance"}), ("", {})]
)
def test_the_queue_is_narrowed_to_a_type_or_to_a_group_by_one_chooser(
    bruno: FlaskClient, town: Town, of: str, asked: dict[str, str]
) -> None:
    finance = {"code": "finance", "name": "Financeiro"}
    types = [{"code": "dispute", "name": "Contestação", "group": finance}]
    town.answers["ticket GET /v1/tickets/choices"] = {"types": types, "queues": []}
    text = bruno.get(f"/queue?filter=all&type=other&of={of}").text
    given = town.sent("GET", "/v1/tickets")[-1].url.params
    assert {name: given[name] for name in ("type", "group") if name in given} == asked
    assert '<option value="group:finance"' in text
    if of:
        assert f'<option value="{of}" selected>' in text


def test_without_the_types_the_queue_keeps_what_narrows_it(bruno: FlaskClient, town: Town) -> None:
    text = bruno.get("/queue?filter=all&type=dispute").text
    assert 'name="of" value="dispute"' in text
