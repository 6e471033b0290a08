"""An action on an older page: what changed is told, what was typed stays, one button does it after all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.unit.portal.asking import sealed
from tests.unit.portal.town import PEOPLE, TICKET_ID, Town, a_ticket

PATH = f"/v1/tickets/{TICKET_ID}"
SEEN = "2026-11-24T13:00:00+00:00"
CARLA = {"id": "0199d0f0-0000-7000-8000-000000000009", "name": "Carla Dias"}
WAYS = [{"code": "ask", "name": "Perguntar", "comment": "required", "blocked": []}]
MINE = a_ticket(actions=["edit", "advance", "transfer", "change_priority"], transitions=WAYS, version=8)


def stale(*changes: dict[str, Any], status: int = 412) -> tuple[int, dict[str, Any]]:
    """A refusal because the ticket moved on."""
    problem = {
        "type": "urn:vez:problem:stale",
        "title": "Mudou",
        "status": status,
        "detail": "Mudou desde que você viu",
    }
    return status, problem | ({"changes": list(changes)} if changes else {})


def said(body: str, at: str, author: dict[str, Any] = CARLA) -> dict[str, Any]:
    return {"id": f"m{at[11:13]}", "author": author, "body": body, "created_at": at, "visibility": "public"}


def test_a_transition_on_an_older_page_tells_the_news_and_keeps_the_comment(bruno: FlaskClient, town: Town) -> None:
    own = said("Fui eu", "2026-11-24T15:00:00Z", {"id": PEOPLE["bruno"]["id"], "name": "Bruno Alves"})
    messages = [said("Já li isto", "2026-11-24T12:30:00Z"), said("Isto é novo", "2026-11-24T14:00:00Z"), own]
    town.answers[f"ticket GET {PATH}"] = MINE
    town.answers[f"ticket GET {PATH}/messages"] = {"items": messages, "next_cursor": None}
    town.answers[f"ticket POST {PATH}/advance"] = stale()
    form = {"version": "3", "seen": SEEN, "transition": "ask", "comment-ask": "Qual fatura?"}
    answer = sealed(bruno, f"/tickets/{TICKET_ID}/work", form)
    assert answer.status_code == 412
    assert 'id="sheet" data-refresh data-still' in answer.text, "live news do not take away what was typed"
    told = answer.text.partition('class="v-meanwhile"')[2].partition("</section>")[0]
    assert "Isto é novo" in told
    assert "Já li isto" not in told
    assert "Fui eu" not in told
    assert 'form="work" name="transition" value="ask">Fazer agora: Perguntar' in told
    assert ">Qual fatura?</textarea>" in answer.text
    assert 'name="version" value="8"' in answer.text, "the button goes on from what is there now"


def test_a_decision_on_what_changed_shows_before_and_after(ana: FlaskClient, town: Town) -> None:
    approval = {"code": "more", "name": "De acordo?", "kind": "approval", "approves": "understanding"}
    turn = {"side": "client", "holder": {"id": PEOPLE["ana"]["id"], "name": "Ana Souza"}, "since": SEEN}
    town.answers[f"ticket GET {PATH}"] = a_ticket(actions=["decide"], stage=approval, turn=turn, version=8)
    town.answers[f"ticket POST {PATH}/decision"] = stale(
        {"part": "subject", "before": "Antes", "after": "Depois", "field": None},
        {"part": "parameter", "before": "10.00", "after": "1284.90", "field": {"code": "amount", "label": "Valor"}},
        {"part": "understanding", "before": {"version": 1, "body": "Um"}, "after": {"version": 2, "body": "Dois"}},
        {"part": "file", "before": None, "after": {"id": "f", "name": "nota.pdf"}},
    )
    form = {"version": "3", "seen": SEEN, "outcome": "rejected", "reason": "Não é isso"}
    text = sealed(ana, f"/tickets/{TICKET_ID}/decision", form).text
    told = text.partition('class="v-meanwhile"')[2].partition("</section>")[0]
    for words in ("Antes", "Depois", "R$\xa010,00", "R$\xa01.284,90", "Um", "Dois", "Um arquivo chegou", "nota.pdf"):
        assert words in told
    assert 'form="form-reject">Reprovar como está agora' in told
    assert ">Não é isso</textarea>" in text


@pytest.mark.parametrize("status", [409, 412])
def test_what_was_typed_is_shown_where_its_form_is_gone(bruno: FlaskClient, town: Town, status: int) -> None:
    town.answers[f"ticket GET {PATH}"] = a_ticket(actions=["comment"])
    town.answers[f"ticket POST {PATH}/transfer"] = stale(status=status)
    form = {"version": "3", "seen": SEEN, "to": "carla@atende.test", "reason": "É do financeiro"}
    answer = sealed(bruno, f"/tickets/{TICKET_ID}/transfer", form)
    told = answer.text.partition('class="v-meanwhile"')[2].partition("</section>")[0]
    assert "É do financeiro" in told
    assert "<button" not in told


def test_what_a_rule_refuses_is_told_as_before(bruno: FlaskClient, town: Town) -> None:
    town.answers[f"ticket GET {PATH}"] = MINE
    problem = {"type": "x", "title": "Não", "status": 422, "detail": "", "errors": {"to": ["Ninguém com esse e-mail"]}}
    town.answers[f"ticket POST {PATH}/transfer"] = (422, problem)
    text = sealed(bruno, f"/tickets/{TICKET_ID}/transfer", {"to": "x", "reason": "y", "seen": SEEN}).text
    assert "v-meanwhile" not in text
    assert "Ninguém com esse e-mail" in text


@pytest.mark.parametrize("amount", ["1.284,90", "1284,9"])
def test_what_was_left_as_the_page_showed_it_takes_nothing_back_from_others(
    ana: FlaskClient, town: Town, amount: str
) -> None:
    turn = {"side": "client", "holder": {"id": PEOPLE["ana"]["id"], "name": "Ana Souza"}, "since": SEEN}
    now = {"invoice": "20261107", "amount": "1500.00"}
    fields = [{"code": code, "kind": "text", "label": code, "access": "required"} for code in now]
    told = {"actions": ["edit", "advance"], "transitions": WAYS, "turn": turn, "parameters": now, "fields": fields}
    town.answers[f"ticket GET {PATH}"] = a_ticket(**told, version=8)
    town.answers[f"ticket PATCH {PATH}"] = stale()
    typed = {"p-invoice": "20261108", "p-amount": amount, "version": "3", "seen": SEEN}
    shown = json.dumps({"invoice": "20261107", "amount": "1284.90"})
    answer = sealed(ana, f"/tickets/{TICKET_ID}/work", typed | {"shown": shown})
    assert json.loads(town.sent("PATCH", PATH)[-1].content) == {"parameters": {"invoice": "20261108"}}
    assert 'value="20261108"' in answer.text, "what was typed stays"
    assert 'value="1.500,00"' in answer.text, "and what others wrote is shown"


def test_what_was_shown_empty_and_left_empty_does_not_empty_what_others_filled(ana: FlaskClient, town: Town) -> None:
    turn = {"side": "client", "holder": {"id": PEOPLE["ana"]["id"], "name": "Ana Souza"}, "since": SEEN}
    now = {"invoice": "20261107", "amount": "1500.00"}
    town.answers[f"ticket GET {PATH}"] = a_ticket(actions=["edit"], turn=turn, parameters=now, version=8)
    town.answers[f"ticket PATCH {PATH}"] = a_ticket()
    typed = {"p-invoice": "20261108", "p-amount": "", "shown": json.dumps({"invoice": "20261107"})}
    sealed(ana, f"/tickets/{TICKET_ID}/work", typed)
    assert json.loads(town.sent("PATCH", PATH)[-1].content) == {"parameters": {"invoice": "20261108"}}


@pytest.mark.parametrize("shown", ["", "[]", "{", '"x"'])
def test_without_what_was_shown_all_that_differs_is_sent(ana: FlaskClient, town: Town, shown: str) -> None:
    turn = {"side": "client", "holder": {"id": PEOPLE["ana"]["id"], "name": "Ana Souza"}, "since": SEEN}
    town.answers[f"ticket GET {PATH}"] = a_ticket(actions=["edit"], turn=turn, version=8)
    town.answers[f"ticket PATCH {PATH}"] = a_ticket()
    sealed(ana, f"/tickets/{TICKET_ID}/work", {"p-invoice": "20261107", "p-amount": "9,90", "shown": shown})
    assert json.loads(town.sent("PATCH", PATH)[-1].content) == {"parameters": {"amount": "9.90"}}
