"""Answers written beforehand: their page, and one put into a message."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from services.portal import answers
from services.ticket.rules.canned import MEANINGS
from tests.unit.portal.asking import sealed
from tests.unit.portal.town import PEOPLE, TICKET_ID, Town, a_ticket, refuses

ANSWERS = "/v1/canned-answers"
ANSWER_ID = "0199d0f0-0000-7000-8000-0000000000a1"
HOUSE_ID = "0199d0f0-0000-7000-8000-0000000000a2"
FILLED = f"/v1/tickets/{TICKET_ID}/canned-answers/{ANSWER_ID}"


def an_answer(**changes: object) -> dict[str, object]:
    """An answer of Bruno's."""
    text = "Olá, {{client.first_name}}!"
    answer = {"id": ANSWER_ID, "scope": "personal", "name": "Saudação", "body": text, "version": 2}
    return answer | {"placeholders": ["client.first_name"]} | changes


@pytest.fixture(autouse=True)
def written(town: Town) -> None:
    """Bruno has an answer of his own beside one of the house's, and may write on the ticket."""
    house = an_answer(id=HOUSE_ID, scope="house", name="Prazo")
    town.answers[f"ticket GET {ANSWERS}"] = {"items": [house, an_answer()], "next_cursor": None}
    town.answers[f"ticket GET {FILLED}"] = {"id": ANSWER_ID, "name": "Saudação", "body": "Olá, Ana!"}
    town.answers[f"ticket GET /v1/tickets/{TICKET_ID}"] = a_ticket(actions=["comment", "note"])


def test_the_page_lets_change_what_is_ones_own(bruno: FlaskClient) -> None:
    text = bruno.get("/queue/answers").text
    assert f'action="/queue/answers/{ANSWER_ID}"' in text
    assert f'action="/queue/answers/{HOUSE_ID}"' not in text
    assert 'name="scope"' not in text


def test_who_may_change_settings_writes_for_the_house(
    bruno: FlaskClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = PEOPLE["bruno"] | {"permissions": ["ticket.attend", "settings.change"]}
    monkeypatch.setitem(PEOPLE, "bruno", person)
    assert f'action="/queue/answers/{HOUSE_ID}"' in bruno.get("/queue/answers").text
    town.answers[f"ticket POST {ANSWERS}"] = (201, an_answer(scope="house"))
    form = {"name": "Prazo", "body": "Três dias.\r\nAté lá.", "scope": "house"}
    assert sealed(bruno, "/queue/answers", form).status_code == 303
    sent = json.loads(town.sent("POST", ANSWERS)[-1].content)
    assert sent == {"name": "Prazo", "body": "Três dias.\nAté lá.", "scope": "house"}


def test_an_answer_is_changed_and_removed_as_it_was_read(bruno: FlaskClient, town: Town) -> None:
    town.answers[f"ticket PATCH {ANSWERS}/{ANSWER_ID}"] = an_answer()
    town.answers[f"ticket DELETE {ANSWERS}/{ANSWER_ID}"] = (204, None)
    form = {"name": "Oi", "body": "Oi!", "version": "2"}
    assert sealed(bruno, f"/queue/answers/{ANSWER_ID}", form).status_code == 303
    assert sealed(bruno, f"/queue/answers/{ANSWER_ID}/remove", {"version": "2"}).status_code == 303
    for method in ("PATCH", "DELETE"):
        assert town.sent(method, f"{ANSWERS}/{ANSWER_ID}")[-1].headers["If-Match"] == '"2"'


def test_a_text_that_is_refused_stays_in_its_own_form(bruno: FlaskClient, town: Town) -> None:
    town.answers[f"ticket PATCH {ANSWERS}/{ANSWER_ID}"] = refuses(422, body=["{{x}} não é um campo"])
    form = {"name": "Oi", "body": "Oi {{x}}", "version": "2"}
    answer = sealed(bruno, f"/queue/answers/{ANSWER_ID}", form)
    assert answer.status_code == 422
    assert f'id="a-{ANSWER_ID}" open' in answer.text
    assert "{{x}} não é um campo" in answer.text
    assert answer.text.count("Oi {{x}}</textarea>") == 1


def test_the_composer_offers_the_answers(bruno: FlaskClient, ana: FlaskClient) -> None:
    address = f"/tickets/{TICKET_ID}/answers/{ANSWER_ID}"
    text = bruno.get(f"/tickets/{TICKET_ID}").text
    assert f'formaction="{address}" data-answer="{address}"' in text
    assert text.index("Saudação") < text.index("Prazo"), "one's own come first"
    assert address not in ana.get(f"/tickets/{TICKET_ID}").text


def test_an_answer_is_given_filled_to_the_script(bruno: FlaskClient, ana: FlaskClient) -> None:
    assert bruno.get(f"/tickets/{TICKET_ID}/answers/{ANSWER_ID}").json == {"body": "Olá, Ana!"}
    assert ana.get(f"/tickets/{TICKET_ID}/answers/{ANSWER_ID}").status_code == 403


def test_without_a_script_an_answer_comes_after_what_was_typed(bruno: FlaskClient, town: Town) -> None:
    form = {"body": "Bom dia.\r\n", "visibility": "internal"}
    text = sealed(bruno, f"/tickets/{TICKET_ID}/answers/{ANSWER_ID}", form).text
    assert "Bom dia.\n\nOlá, Ana!</textarea>" in text
    assert 'value="internal" data-key="n" checked' in text
    assert town.sent("POST", f"/v1/tickets/{TICKET_ID}/messages") == []


@pytest.mark.usefixtures("pt")
def test_the_page_tells_every_placeholder_that_the_service_fills() -> None:
    assert {code for code, _ in answers.placeholders()} == set(MEANINGS)
