"""The client's home asks the ticket service for its order: of more than a page the nearest deadline is really first."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.unit.portal.town import Town, a_ticket

PATH = "/v1/tickets"


def lists_asked(town: Town) -> list[dict[str, Any]]:
    """The lists that were asked for: the page's own, and the one at the top."""
    return [dict(each.url.params) for each in town.sent("GET", PATH)]


def test_the_list_is_ordered_by_the_service_and_shown_as_it_came(town: Town, ana: FlaskClient) -> None:
    later, sooner = (a_ticket(id=f"0199d0f0-0000-7000-8000-00000000020{n}", subject=f"S{n}") for n in (1, 2))
    town.answers[f"ticket GET {PATH}"] = {"items": [later, sooner], "next_cursor": "next"}
    text = ana.get("/tickets?order=due").text
    assert {each["order"] for each in lists_asked(town) if each["filter"] == "all"} == {"due"}
    rows = text[text.index('id="rows"') :]
    assert rows.index("S1") < rows.index("S2")
    assert "order=due" in text[text.index('id="more"') :], "the next page goes on in the same order"


def test_what_is_due_first_comes_to_the_top(town: Town, ana: FlaskClient) -> None:
    ana.get("/tickets")
    mine = [each for each in lists_asked(town) if each["filter"] == "my_turn"]
    assert [(each["order"], each["limit"]) for each in mine] == [("due", "6")]


def test_no_order_is_offered_for_what_words_find(town: Town, ana: FlaskClient) -> None:
    assert 'name="order"' in ana.get("/tickets").text
    text = ana.get("/tickets?q=boleto&order=due").text
    assert 'name="order"' not in text
    assert [each["order"] for each in lists_asked(town) if each.get("q")] == ["newest"]
