"""What is typed, in wire form and back; the form keeps what was typed; conditions show and hide."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict

from services.portal import controls, offers, typed
from services.portal.offers import Offer
from services.portal.shapes import Coded
from shared.catalog.parameters import Column, Option, Parameter
from tests.unit.portal.town import TICKET_ID, Town, a_ticket, refuses


def a_parameter(kind: Any, **changes: Any) -> Parameter:
    return Parameter(code="it", kind=kind, labels={"pt-BR": "Isto"}, **changes)


def read(parameter: Parameter, *pairs: tuple[str, str]) -> Any:
    return typed.value_of(MultiDict(pairs), parameter)


@pytest.mark.usefixtures("pt")
@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("1.284,90", "1284.90"),
        ("R$ 99,9", "99.9"),
        ("99.90", "99.90"),
        ("-3", "-3"),
        ("1.284", "1284"),
        ("doze reais", "doze reais"),
        ("", None),
    ],
)
def test_amounts_are_read_as_brazilians_write_them(text: str, wire: str | None) -> None:
    assert read(a_parameter("money"), ("p-it", text)) == wire


@pytest.mark.parametrize(("text", "wire"), [("1,284.90", "1284.90"), ("99.90", "99.90")])
def test_amounts_are_read_as_english_writes_them(app: Flask, text: str, wire: str) -> None:
    with app.test_request_context(), force_locale("en"):
        assert read(a_parameter("money"), ("p-it", text)) == wire


@pytest.mark.usefixtures("pt")
def test_every_kind_has_its_wire_form() -> None:
    assert read(a_parameter("integer"), ("p-it", "1.200")) == 1200
    assert read(a_parameter("integer"), ("p-it", "12a")) == "12a"
    assert read(a_parameter("boolean"), ("p-it", "false")) is False
    assert read(a_parameter("date"), ("p-it", "2026-12-04")) == "2026-12-04"
    assert read(a_parameter("datetime"), ("p-it", "2026-12-04T09:30")) == "2026-12-04T09:30:00-03:00"
    assert read(a_parameter("multi_choice"), ("p-it", "a"), ("p-it", "b")) == ["a", "b"]
    assert read(a_parameter("multi_choice"), ("p-it.there", "1")) is None
    assert read(a_parameter("long_text"), ("p-it", "a\r\nb")) == "a\nb"


@pytest.mark.usefixtures("pt")
def test_a_tables_rows_keep_their_order_and_empty_ones_go() -> None:
    columns = (Column(code="name", kind="text", labels={}), Column(code="price", kind="money", labels={}))
    form = [("p-it.7.name", "b"), ("p-it.2.name", "a"), ("p-it.2.price", "1,50"), ("p-it.3.name", " ")]
    assert read(a_parameter("table", columns=columns), *form) == [
        {"name": "a", "price": "1.50"},
        {"name": "b", "price": None},
    ]


@pytest.mark.usefixtures("pt")
def test_values_are_shown_as_they_are_read() -> None:
    options = (Option(code="a", labels={"pt-BR": "Primeiro"}),)
    assert controls.shown(a_parameter("money", currency="BRL"), "1284.90", "pt-BR") == "R$\xa01.284,90"
    assert controls.shown(a_parameter("choice", options=options), "a", "pt-BR") == "Primeiro"
    assert controls.shown(a_parameter("boolean"), False, "pt-BR") == "Não"
    assert controls.shown(a_parameter("text"), None, "pt-BR") == ""


def test_searching_types_ignores_accents_and_marks_what_was_found() -> None:
    group = Coded(code="f", name="Financeiro")
    dispute = Offer(code="d", name="Contestação de cobrança", group=group, version=1)
    bill = Offer(code="b", name="Segunda via", description="De uma COBRANCA", group=group, version=1)
    other = Offer(code="o", name="Histórico", group=Coded(code="s", name="Secretaria"), version=1)
    found = offers.shelves([dispute, bill, other], "cobrança")
    assert [(shelf.group.code, [each.code for each in shelf.offers]) for shelf in found] == [
        ("f", ["d", "b"]),
        ("s", []),
    ]
    assert offers.marked("De uma COBRANCA", "cobrança") == [("De uma ", False), ("COBRANCA", True)]


def form_of(client: FlaskClient) -> dict[str, str]:
    text = client.get("/tickets/new?type=dispute").text
    hidden = re.findall(r'<input type="hidden" name="([\w.-]+)" value="([^"]*)">', text)
    return {name: value for name, value in hidden if name in ("seal", "key", "type", "ticket", "version")}


def test_a_refused_form_keeps_what_was_typed_beside_its_errors(ana: FlaskClient, town: Town) -> None:
    town.answers["ticket POST /v1/tickets"] = refuses(422, "Corrija", invoice=["Só algarismos"])
    form = form_of(ana) | {"subject": "Meu assunto", "p-invoice": "FT-1107", "p-amount": "10,00", "do": "submit"}
    answer = ana.post("/tickets/new", data=form)
    assert answer.status_code == 422
    assert 'value="Meu assunto"' in answer.text
    assert 'value="FT-1107"' in answer.text
    assert 'value="10,00"' in answer.text
    assert 'href="#p-invoice"' in answer.text
    assert re.search(r'id="p-invoice"[^>]*aria-describedby="p-invoice-e" aria-invalid="true"', answer.text)


def test_the_same_form_sent_twice_carries_the_same_key(ana: FlaskClient, town: Town) -> None:
    town.answers["ticket POST /v1/tickets"] = (202, a_ticket())
    form = form_of(ana) | {"subject": "x", "do": "submit"}
    for _ in range(2):
        assert ana.post("/tickets/new", data=form).headers["Location"] == f"/tickets/{TICKET_ID}"
    keys = [each.headers["Idempotency-Key"] for each in town.sent("POST", "/v1/tickets")]
    assert keys == [form["key"]] * 2


def test_a_condition_shows_its_field_only_while_it_holds(ana: FlaskClient) -> None:
    form = form_of(ana)
    assert "p-why" not in ana.get("/tickets/new?type=dispute").text
    assert "p-why" in ana.post("/tickets/new/fields", data=form | {"p-urgent": "true"}).text
    assert "p-why" not in ana.post("/tickets/new/fields", data=form | {"p-urgent": "false"}).text


def test_a_command_carries_the_version_that_was_seen(ana: FlaskClient, town: Town) -> None:
    seal = form_of(ana)["seal"]
    town.answers[f"ticket POST /v1/tickets/{TICKET_ID}/decision"] = (202, a_ticket())
    form = {"seal": seal, "version": "3", "key": "k", "outcome": "approved"}
    assert ana.post(f"/tickets/{TICKET_ID}/decision", data=form).status_code == 303
    sent = town.sent("POST", f"/v1/tickets/{TICKET_ID}/decision")[0]
    assert (sent.headers["If-Match"], sent.headers["Idempotency-Key"]) == ('"3"', "k")
    assert sent.headers["Prefer"] == "wait=3"


def test_a_refused_command_shows_the_ticket_again_with_why(ana: FlaskClient, town: Town) -> None:
    seal = form_of(ana)["seal"]
    town.answers[f"ticket POST /v1/tickets/{TICKET_ID}/decision"] = refuses(409, "Bruno assumiu antes de você")
    form = {"seal": seal, "version": "3", "outcome": "rejected", "reason": "porque"}
    answer = ana.post(f"/tickets/{TICKET_ID}/decision", data=form)
    assert answer.status_code == 409
    assert "Bruno assumiu antes de você" in answer.text
