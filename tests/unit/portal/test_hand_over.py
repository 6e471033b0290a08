"""Many tickets in steps: each with its result, the rest carried on, and nothing touched before all is said."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.portal.steps import AT_ONCE
from tests.unit.portal.asking import sealed
from tests.unit.portal.conftest import signed_in
from tests.unit.portal.town import PEOPLE, Town, a_ticket, refuses

BRUNO, CARLA = PEOPLE["bruno"], "carla@atende.test"
PATH = f"/admin/people/{BRUNO['id']}/tickets"
MANY = AT_ONCE + 2
WAITS = {"side": "client", "holder": {"id": BRUNO["id"], "name": "Bruno Alves", "queue": False}}


def id_of(number: int) -> str:
    return f"0199d0f0-0000-7000-8000-{number:012}"


def held(number: int, **changes: Any) -> dict[str, Any]:
    """A ticket that Bruno holds and that may be passed on."""
    return a_ticket(id=id_of(number), number=f"2026-{number:06}", actions=["transfer"], **changes)


@pytest.fixture
def eva(app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser of Eva's, who manages people; Bruno holds many tickets, of which one cannot be passed on now."""
    rights = ["people.manage", "ticket.read_all", "ticket.transfer_any"]
    monkeypatch.setitem(PEOPLE, "eva", {**BRUNO, "id": id_of(4), "name": "Eva Prado", "permissions": rights})
    person = {**BRUNO, "is_active": True, "substitute": {"id": id_of(5), "name": "Carla Dias"}, "version": 1}
    tickets = [held(number) for number in range(100, 100 + MANY)]
    tickets.append({**held(300), "actions": [], "turn": {**a_ticket()["turn"], "side": "third_party"}})
    tickets.append(held(301, turn={**a_ticket()["turn"], **WAITS}, subject="Espera a cliente"))
    town.answers |= {
        f"identity GET /v1/people/{BRUNO['id']}": person,
        "identity GET /v1/directory": {"items": [{"id": id_of(5), "name": "Carla Dias", "email": CARLA}]},
        "ticket GET /v1/tickets": {"items": tickets, "next_cursor": None},
    }
    for number in range(100, 100 + MANY):
        town.answers[f"ticket POST /v1/tickets/{id_of(number)}/transfer"] = passed
    return signed_in(app, "eva")


def passed(request: httpx.Request) -> Any:
    holder = {"id": id_of(5), "name": "Carla Dias", "queue": False}
    return 200, a_ticket(turn={**a_ticket()["turn"], "holder": holder})


def marks(text: str) -> list[str]:
    """What a page's form carries."""
    return re.findall(r'name="marked" value="([^"]+)"(?! disabled)', text)


def test_what_somebody_holds_is_shown_and_the_substitute_is_suggested(eva: FlaskClient, town: Town) -> None:
    text = eva.get(PATH).text
    assert len(marks(text)) == MANY
    assert "Espera a cliente" not in text, "what waits for the client is nobody's to pass on"
    assert f'value="{CARLA}"' in text
    asked = town.sent("GET", "/v1/tickets")[-1].url.params
    assert (asked["holder"], asked["as"]) == (BRUNO["id"], "attendant")


def test_the_first_are_passed_on_and_the_rest_follows_each_once(eva: FlaskClient, town: Town) -> None:
    given = {"to": CARLA, "reason": "Férias", "key": "k", "marked": marks(eva.get(PATH).text)}
    first = sealed(eva, PATH, given)
    assert first.status_code == 200
    assert first.text.count("agora com Carla Dias") == AT_ONCE
    assert f"{AT_ONCE} de {MANY}" in first.text
    left = marks(first.text)
    assert len(left) == MANY - AT_ONCE
    last = sealed(eva, PATH, {**given, "count": str(MANY), "marked": left})
    assert f"Todos os {MANY} foram tratados." in last.text
    sent = [each for each in town.asked if each.url.path.endswith("/transfer")]
    assert len({each.headers["Idempotency-Key"] for each in sent}) == len(sent) == MANY
    assert {each.headers["If-Match"] for each in sent} == {'"3"'}
    assert json.loads(sent[0].content) == {"to": CARLA, "reason": "Férias"}


def test_what_is_refused_is_told_beside_what_was_passed_on(eva: FlaskClient, town: Town) -> None:
    town.answers[f"ticket POST /v1/tickets/{id_of(101)}/transfer"] = refuses(412, "Mudou <b>enquanto</b> isso")
    town.answers[f"ticket POST /v1/tickets/{id_of(102)}/transfer"] = (503, {"title": "Away"})
    given = {"to": CARLA, "reason": "x", "marked": [f"{id_of(n)} 3 2026-000{n}" for n in (100, 101, 102)]}
    text = sealed(eva, PATH, given).text
    assert "agora com Carla Dias" in text
    assert "Mudou &lt;b&gt;enquanto&lt;/b&gt; isso" in text
    assert "Todos os 3 foram tratados." in text


@pytest.mark.parametrize("missing", ["to", "reason", "marked"])
def test_nothing_is_touched_before_everything_is_said(eva: FlaskClient, town: Town, missing: str) -> None:
    given: dict[str, Any] = {"to": CARLA, "reason": "Férias", "marked": [f"{id_of(100)} 3 2026-000100"]}
    given[missing] = [] if missing == "marked" else " "
    answer = sealed(eva, PATH, given)
    assert answer.status_code == 422
    assert 'class="v-errors"' in answer.text
    assert not [each for each in town.asked if each.url.path.endswith("/transfer")]


def test_only_who_may_transfer_any_opens_the_page(bruno: FlaskClient) -> None:
    assert bruno.get(PATH).status_code == 403
