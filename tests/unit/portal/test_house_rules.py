"""Who is told what, as administrators change it; and what the house withholds, on each person's preferences."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.notify.rules.kinds import KINDS, ROLES
from services.notify.rules.withholding import CHANNELS, rules
from services.portal import audit_words
from services.portal.audit_words import Known
from services.portal.views.admin import rules as view
from tests.unit.portal.conftest import signed_in
from tests.unit.portal.test_letters import seal
from tests.unit.portal.town import PEOPLE, Town

HOSTILE = '"><script>alert(1)</script>'


def matrix(*withheld: str) -> dict[str, Any]:
    """The house's rules as notify answers them, their names hostile."""
    rows = [
        {
            "kind": rule.kind,
            "name": f"{rule.kind} {HOSTILE}",
            "role": rule.role,
            "in_app": rule.in_app,
            "mail": rule.mail,
            "optional": KINDS[rule.kind].optional,
            "is_changed": not rule.in_app or rule.mail is False,
        }
        for rule in rules(withheld)
    ]
    by = {"id": "x", "name": HOSTILE}
    return {"rules": rows, "changed_by": by, "changed_at": "2026-11-24T12:00:00Z", "version": 3}


@pytest.fixture
def admin(app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser in which Eva has signed in, who changes settings."""
    eva = {**PEOPLE["bruno"], "id": "0199d0f0-0000-7000-8000-000000000004", "name": "Eva Prado"}
    monkeypatch.setitem(PEOPLE, "eva", {**eva, "permissions": ["ticket.attend", "settings.change"]})
    town.answers["notify GET /v1/rules"] = matrix("stage:client:mail")
    town.answers["notify PUT /v1/rules"] = matrix()
    return signed_in(app, "eva")


def boxes(page: str) -> dict[str, bool]:
    """The boxes of the matrix, and whether each is ticked."""
    found = re.findall(r'<input class="v-check"[^>]* name="told" value="([^"]+)"([^>]*)>', page)
    return {code: " checked" in rest for code, rest in found}


def test_the_views_words_are_those_of_the_rules() -> None:
    assert (view.ROLES, view.CHANNELS) == (ROLES, CHANNELS)
    grouped = [kind for group in view.GROUPS for kind in group]
    assert sorted(grouped) == sorted(KINDS)


def test_the_matrix_has_a_box_for_all_that_may_be_withheld_and_a_lock_for_the_rest(admin: FlaskClient) -> None:
    page = admin.get("/admin/rules").text
    wanted = {
        f"{code}:{role}:{channel}"
        for code, kind in KINDS.items()
        if kind.optional
        for role in kind.roles
        for channel in kind.channels
    }
    assert set(boxes(page)) == wanted
    assert [code for code, is_ticked in boxes(page).items() if not is_ticked] == ["stage:client:mail"]
    locked = sum(len(kind.roles) * len(kind.channels) for kind in KINDS.values() if not kind.optional)
    assert page.count("</span> sempre</span></p>") == locked
    assert "<script>alert" not in page
    assert 'href="/admin/rules" aria-current="page"' in page
    assert ">como vem com o Vez<" not in page


def test_saving_sends_every_rule_and_the_version_that_was_seen(admin: FlaskClient, town: Town) -> None:
    page = admin.get("/admin/rules").text
    ticked = [code for code, is_ticked in boxes(page).items() if is_ticked and code != "message:attendant:in_app"]
    hidden = {name: re.findall(rf'name="{name}" value="([^"]+)"', page) for name in ("rule", "box")}
    answer = admin.post("/admin/rules", data={"seal": seal(page), "version": "3", "told": ticked, **hidden})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/rules")
    [request] = town.sent("PUT", "/v1/rules")
    sent = json.loads(request.content)["rules"]
    assert request.headers["If-Match"] == '"3"'
    assert [each for each in sent if not each["in_app"] or not each["mail"]] == [
        {"kind": "stage", "role": "client", "in_app": True, "mail": False},
        {"kind": "message", "role": "attendant", "in_app": False, "mail": True},
    ]
    assert {each["kind"] for each in sent} == {code for code, kind in KINDS.items() if kind.optional}


def test_everything_is_told_again_at_one_press_where_something_is_withheld(admin: FlaskClient, town: Town) -> None:
    page = admin.get("/admin/rules").text
    assert 'action="/admin/rules/restore"' in page
    assert admin.post("/admin/rules/restore", data={"seal": seal(page), "version": "3"}).status_code == 303
    assert json.loads(town.sent("PUT", "/v1/rules")[0].content) == {"rules": []}
    town.answers["notify GET /v1/rules"] = {**matrix(), "changed_by": None, "changed_at": None, "version": 0}
    page = admin.get("/admin/rules").text
    assert 'action="/admin/rules/restore"' not in page
    assert ">como vem com o Vez<" in page


def test_a_refusal_is_said_and_what_was_ticked_stays(admin: FlaskClient, town: Town) -> None:
    stale = {"title": "x", "detail": "Isto mudou desde que você viu."}
    town.answers["notify PUT /v1/rules"] = (412, stale)
    page = admin.get("/admin/rules").text
    typed = {"rule": ["message:client"], "box": ["message:client:in_app", "message:client:mail"]}
    told = ["message:client:mail", "nonsense"]
    answer = admin.post("/admin/rules", data={"seal": seal(page), "version": "2", "told": told, **typed})
    assert answer.status_code == 412
    assert "Isto mudou desde que você viu." in answer.text
    assert [code for code, is_ticked in boxes(answer.text).items() if is_ticked] == ["message:client:mail"]


def test_who_does_not_change_settings_finds_no_rules(bruno: FlaskClient) -> None:
    assert bruno.get("/admin/rules").status_code in (403, 404)
    assert bruno.post("/admin/rules").status_code in (400, 403, 404)


def test_a_rule_is_in_the_audit_log_in_words(pt: None) -> None:
    said = audit_words.said(["stage:client:mail", "x:client:mail", "a:b"], Known({}, {}))
    assert said == "Entrou em uma etapa (Cliente: por e-mail), x:client:mail, a:b"


# ---- a person's own preferences ------------------------------------------------------------------------------------


def choice(kind: str, **more: Any) -> dict[str, Any]:
    """One kind as notify shows it: told, not asked for, withheld from nobody."""
    nothing = {"in_app": [], "mail": []}
    shown = {"kind": kind, "name": kind, "in_app": True, "mail": True, "asked": [], "withheld": nothing}
    return {**shown, "optional": True, **more}


@pytest.fixture
def preferences(ana: FlaskClient, town: Town) -> Callable[..., str]:
    """Ana's page of preferences with these kinds."""
    me = f"notify GET /v1/recipients/{PEOPLE['ana']['id']}"
    reach = {"name": "Ana", "email": "ana@cliente.test", "wants_mail": True, "trouble": None}
    town.answers |= {"identity GET /v1/sessions": {"items": [], "next_cursor": None}, me: {**reach, "id": "x"}}

    def page(*kinds: dict[str, Any]) -> str:
        told = {"mail": True, "kinds": list(kinds), "quiet_hours": None, "digest_minutes": 0, "version": 1}
        town.answers["notify GET /v1/preferences"] = told
        town.answers["notify PUT /v1/preferences"] = told
        return ana.get("/preferences").text

    return page


def kept(ana: FlaskClient, town: Town, page: str, **fields: Any) -> list[dict[str, Any]]:
    """The kinds that the form of `page` sends with `fields` in it."""
    hidden = {"seal": seal(page), "version": "1", "kind": re.findall(r'name="kind" value="([^"]+)"', page)}
    asked = re.findall(r'name="asked" value="([^"]+)"', page)
    assert ana.post("/preferences/told", data={**hidden, "mail": "true", "asked": asked, **fields}).status_code == 303
    sent: list[dict[str, Any]] = json.loads(town.sent("PUT", "/v1/preferences")[-1].content)["kinds"]
    return sent


def test_what_the_house_withholds_is_said_and_has_three_answers(
    ana: FlaskClient, town: Town, preferences: Callable[..., str]
) -> None:
    page = preferences(choice("stage", withheld={"in_app": [], "mail": ["client", "attendant"]}))
    assert "A casa não avisa por e-mail: Cliente, Atendente" in page
    assert '<select class="v-input" name="mail:stage"' in page
    told = {"kind": "stage", "in_app": True, "mail": True}
    assert kept(ana, town, page, **{"in_app:stage": "1", "mail:stage": "house"}) == [told]
    assert kept(ana, town, page, **{"in_app:stage": "1", "mail:stage": "yes"}) == [{**told, "asked": ["mail"]}]
    assert kept(ana, town, page, **{"in_app:stage": "1", "mail:stage": "no"}) == [{**told, "mail": False}]


def test_what_always_arrives_is_no_choice(ana: FlaskClient, town: Town, preferences: Callable[..., str]) -> None:
    page = preferences(choice("submission_refused", optional=False), choice("stage"))
    assert page.count("sempre</span>") == 2
    assert ":submission_refused" not in page
    assert [each["kind"] for each in kept(ana, town, page)] == ["stage"]


def test_what_was_asked_for_stays_asked_for_until_it_is_switched_off(
    ana: FlaskClient, town: Town, preferences: Callable[..., str]
) -> None:
    page = preferences(choice("stage", asked=["mail"]), choice("finished"))
    assert '<select class="v-input" name="mail:stage"' not in page
    every = {f"{channel}:{kind}": "1" for channel in ("in_app", "mail") for kind in ("stage", "finished")}
    assert [each.get("asked") for each in kept(ana, town, page, **every)] == [["mail"], None]
    fewer = {name: value for name, value in every.items() if name != "mail:stage"}
    assert kept(ana, town, page, **fewer)[0] == {"kind": "stage", "in_app": True, "mail": False}


def test_the_answer_that_was_given_is_the_one_that_is_shown(preferences: Callable[..., str]) -> None:
    of_all = {"in_app": ["client"], "mail": ["client"]}
    page = preferences(choice("stage", in_app=False, asked=["mail"], withheld=of_all))
    selects = re.findall(r'<select class="v-input" name="(\w+):stage".*?</select>', page, re.DOTALL)
    assert selects == ["in_app", "mail"]
    chosen = re.findall(r'<option value="(yes|no|house)" selected>', page)
    assert chosen == ["no", "yes"]
