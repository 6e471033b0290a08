"""What stands beside a request for attendants."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.unit.portal.town import PEOPLE, TICKET_ID, Town, a_ticket


def test_the_clients_other_requests_stand_beside_one_that_bruno_attends(bruno: FlaskClient, town: Town) -> None:
    other = a_ticket(id="0199d0f0-0000-7000-8000-000000000777", subject="Boleto vencido")
    town.answers["ticket GET /v1/tickets"] = {"items": [a_ticket(), other], "next_cursor": None}
    text = bruno.get(f"/tickets/{TICKET_ID}").text
    beside = text[text.index('id="h-cli"') :]
    assert "Boleto vencido" in beside
    asked = next(r for r in town.sent("GET", "/v1/tickets") if "client" in r.url.params)
    assert (asked.url.params["client"], asked.url.params["as"]) == (PEOPLE["ana"]["id"], "attendant")
    town.answers["ticket GET /v1/tickets"] = {"items": [a_ticket()], "next_cursor": None}
    assert 'id="h-cli"' not in bruno.get(f"/tickets/{TICKET_ID}").text
