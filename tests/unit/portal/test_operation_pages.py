"""The administrators' pages of operation: the delivery ledger narrowed, and parked events beyond the first page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.unit.portal.conftest import signed_in
from tests.unit.portal.town import PEOPLE, TICKET_ID, Town

ANA = {"id": PEOPLE["ana"]["id"], "name": "Ana Souza", "email": "ana@cliente.test"}
OTHER = {"id": PEOPLE["nobody"]["id"], "name": "Ana Souza Lima", "email": None}
EMPTY: dict[str, Any] = {"items": [], "next_cursor": None}


@pytest.fixture
def bruno(app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Bruno, who works off parked events here."""
    monkeypatch.setitem(PEOPLE["bruno"], "permissions", ["inbox.manage", "people.manage"])
    town.answers["notify GET /v1/deliveries"] = EMPTY
    town.answers["identity GET /v1/people"] = {"items": [ANA], "next_cursor": None}
    for service in ("ticket", "workflow", "attachments", "notify", "identity"):
        town.answers[f"{service} GET /v1/parked"] = EMPTY
    return signed_in(app, "bruno")


def asked(town: Town) -> dict[str, str]:
    return dict(town.sent("GET", "/v1/deliveries")[-1].url.params)


def test_the_ledger_is_narrowed_by_recipient_ticket_and_event(town: Town, bruno: FlaskClient) -> None:
    text = bruno.get("/admin/deliveries?recipient=ana&number=2026-000123&event=flow.finished&state=sent").text
    wanted = {"recipient_id": ANA["id"], "ticket_id": TICKET_ID, "event": "flow.finished", "state": "sent"}
    assert asked(town) == wanted | {"limit": "50"}
    assert 'value="flow.finished"' in text
    assert 'value="2026-000123"' in text


@pytest.mark.parametrize(
    ("people", "said"), [([], "Ninguém se chama ana."), ([ANA, OTHER], "ana pode ser mais de uma pessoa.")]
)
def test_who_is_not_clear_is_asked_for_again(town: Town, bruno: FlaskClient, people: list[Any], said: str) -> None:
    town.answers["identity GET /v1/people"] = {"items": people, "next_cursor": None}
    answer = bruno.get("/admin/deliveries?recipient=ana")
    assert answer.status_code == 422
    assert said in answer.text
    assert "recipient_id" not in asked(town)


def test_a_request_that_is_not_there_is_said(bruno: FlaskClient) -> None:
    answer = bruno.get("/admin/deliveries?number=2026-000999")
    assert answer.status_code == 422
    assert "Não há atendimento com esse protocolo que você possa ver." in answer.text


def test_more_parked_events_are_a_page_further_and_only_of_who_has_more(town: Town, bruno: FlaskClient) -> None:
    event = {"id": TICKET_ID, "name": "flow.finished", "tries": 8, "aggregate_id": "x", "error": "e"}
    page = {"items": [event | {"received_at": "2026-11-24T12:00:00Z"}], "next_cursor": "further"}
    town.answers["ticket GET /v1/parked"] = page
    assert "/admin/parked?after_ticket=further" in bruno.get("/admin/parked").text
    town.asked.clear()
    town.answers["ticket GET /v1/parked"] = page | {"next_cursor": None}
    text = bruno.get("/admin/parked?after_ticket=further").text
    assert "flow.finished" in text
    assert 'id="older"' not in text
    assert [each.url.params["cursor"] for each in town.sent("GET", "/v1/parked")] == ["further"]
