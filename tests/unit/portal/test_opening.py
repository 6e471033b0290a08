"""Opening a request on behalf of a client: found by name, then the same form as theirs."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient

from tests.unit.portal.asking import sealed
from tests.unit.portal.town import PEOPLE, TICKET_ID, Town, a_ticket, refuses

ANA = {name: PEOPLE["ana"][name] for name in ("id", "name", "email", "kind")}
PAGE = f"/queue/new?find=ana&client={ANA['id']}"
FORM = {"find": "ana", "client": ANA["id"], "type": "dispute", "subject": "Cobrança", "description": "Duas vezes"}
FILLED = {"p-invoice": "20261107", "p-amount": "1.284,90", "key": "k", "do": "submit"}


@pytest.fixture(autouse=True)
def directory(town: Town) -> None:
    """The directory knows Ana, whoever is looked for by a part of her name."""

    def answer(request: httpx.Request) -> dict[str, Any]:
        sought = request.url.params.get("q", "").casefold()
        return {"items": [ANA] if sought in ANA["name"].casefold() else [], "next_cursor": None}

    town.answers["identity GET /v1/directory"] = answer


def test_a_client_is_found_by_a_part_of_their_name(bruno: FlaskClient, town: Town) -> None:
    assert town.sent("GET", "/v1/directory") == []
    assert PAGE.replace("&", "&amp;") in bruno.get("/queue/new?find=ana").text
    assert "Ninguém foi encontrado" in bruno.get("/queue/new?find=zzz").text


def test_a_client_who_was_not_found_is_not_written_for(bruno: FlaskClient, town: Town) -> None:
    form = FORM | {"find": "zzz"}
    assert sealed(bruno, "/queue/new", form).status_code == 404
    assert town.sent("POST", "/v1/tickets") == []


def test_the_types_offered_are_the_clients(bruno: FlaskClient, town: Town) -> None:
    text = bruno.get(f"{PAGE}&type=dispute").text
    assert "Para Ana Souza" in text
    assert 'name="p-invoice"' in text
    assert f'name="client" value="{ANA["id"]}"' in text
    assert town.sent("GET", "/v1/types")[-1].url.params["client"] == ANA["id"]


def test_the_form_is_sent_for_the_client(bruno: FlaskClient, town: Town) -> None:
    town.answers["ticket POST /v1/tickets"] = (201, a_ticket())
    answer = sealed(bruno, "/queue/new", FORM | FILLED)
    assert answer.location == f"/tickets/{TICKET_ID}"
    sent = json.loads(town.sent("POST", "/v1/tickets")[-1].content)
    assert (sent["client"], sent["submit"], sent["subject"]) == (ANA["id"], True, "Cobrança")
    assert sent["parameters"]["amount"] == "1284.90"


def test_what_is_refused_comes_back_as_it_was_typed(bruno: FlaskClient, town: Town) -> None:
    wrong: dict[str, Any] = {"parameters.invoice": ["Só algarismos"]}
    town.answers["ticket POST /v1/tickets"] = refuses(422, **wrong)
    answer = sealed(bruno, "/queue/new", FORM | FILLED | {"p-invoice": "abc"})
    assert answer.status_code == 422
    for words in ("Só algarismos", 'value="abc"', "Para Ana Souza"):
        assert words in answer.text


def test_a_draft_for_a_client_is_kept_while_it_is_typed_and_shown_as_the_form(bruno: FlaskClient, town: Town) -> None:
    draft = a_ticket(status="draft", actions=["edit", "submit", "discard"], subject="Cobrança")
    town.answers["ticket POST /v1/tickets"] = (201, draft)
    town.answers[f"ticket GET /v1/tickets/{TICKET_ID}"] = draft
    assert sealed(bruno, "/tickets/draft", FORM | {"key": "k"}).json["id"] == TICKET_ID
    assert json.loads(town.sent("POST", "/v1/tickets")[-1].content)["client"] == ANA["id"]
    text = bruno.get(f"/tickets/{TICKET_ID}").text
    assert f'action="/tickets/{TICKET_ID}/draft"' in text
    assert "Para Ana Souza" in text


def test_who_may_not_open_for_others_has_neither_the_page_nor_its_entry(
    bruno: FlaskClient, ana: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ana.get("/queue/new").status_code == 403
    monkeypatch.setitem(PEOPLE, "bruno", PEOPLE["bruno"] | {"permissions": ["ticket.attend"]})
    assert bruno.get("/queue/new").status_code == 403
    assert "/queue/new" not in bruno.get("/queue").text


def test_a_request_made_from_another_begins_with_what_that_says_and_tells_where_it_came_from(
    bruno: FlaskClient, town: Town
) -> None:
    kept = {"invoice": "20261107", "amount": "dez", "note": "entre nós"}
    town.answers[f"ticket GET /v1/tickets/{TICKET_ID}"] = a_ticket(parameters=kept)
    text = bruno.get(f"{PAGE}&type=dispute&from={TICKET_ID}").text
    assert 'value="Cobrança em dobro"' in text
    assert "Paguei duas vezes." in text
    assert 'value="20261107"' in text
    assert "dez" not in text, "what this form would not take is not brought"
    assert f'name="from" value="{TICKET_ID}"' in text
    town.answers["ticket POST /v1/tickets"] = (201, a_ticket())
    sealed(bruno, "/queue/new", FORM | FILLED | {"from": TICKET_ID})
    assert json.loads(town.sent("POST", "/v1/tickets")[-1].content)["created_from"] == TICKET_ID


def test_what_the_client_does_not_see_of_the_other_request_is_not_handed_on(bruno: FlaskClient, town: Town) -> None:
    """The stage `more` shows clients the invoice alone."""
    stage = {"code": "more", "name": "Complementar", "kind": "ordinary", "approves": None}
    town.answers[f"ticket GET /v1/tickets/{TICKET_ID}"] = a_ticket(stage=stage)
    text = bruno.get(f"{PAGE}&type=dispute&from={TICKET_ID}").text
    assert 'value="20261107"' in text
    assert "1.284,90" not in text
    town.answers[f"ticket GET /v1/tickets/{TICKET_ID}"] = a_ticket()
    assert "1.284,90" in bruno.get(f"{PAGE}&type=dispute&from={TICKET_ID}").text


def test_a_draft_made_from_another_tells_where_it_came_from(bruno: FlaskClient, town: Town) -> None:
    town.answers["ticket POST /v1/tickets"] = (201, a_ticket(status="draft"))
    sealed(bruno, "/tickets/draft", FORM | FILLED | {"from": TICKET_ID})
    assert json.loads(town.sent("POST", "/v1/tickets")[-1].content)["created_from"] == TICKET_ID


@pytest.mark.parametrize("origin", ["../people", "zzz", ""])
def test_what_is_no_id_is_not_asked_for(bruno: FlaskClient, town: Town, origin: str) -> None:
    assert bruno.get(f"{PAGE}&from={origin}").status_code == 200
    assert not [
        asked for asked in town.asked if asked.url.path.startswith("/v1/tickets/") and "counts" not in asked.url.path
    ]
