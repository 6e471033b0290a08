"""What e-mails say, as administrators change it; and an address that refused mail, on its person's pages."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.unit.portal.conftest import signed_in
from tests.unit.portal.town import PEOPLE, Town

HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'
WORDS = {"title": "Decida: {{ subject }}", "body": "{{ person }} pergunta.\n\nDecida hoje."}
TEXTS = {"pt-BR": WORDS, "en": WORDS, "es": WORDS}
BY, WHEN = {"id": "x", "name": HOSTILE}, "2026-11-24T12:00:00Z"
LETTER: dict[str, Any] = {
    "kind": "approve",
    "name": "Sou chamado a aprovar",
    "is_changed": True,
    "version": 2,
    "places": ["subject", "person"],
    "texts": TEXTS,
    "built_in": TEXTS,
    "versions": [
        {
            "version": 2,
            "texts": TEXTS,
            "changed_by": {"id": "x", "name": HOSTILE},
            "changed_at": "2026-11-24T12:00:00Z",
        },
        {"version": 1, "texts": None, "changed_by": {"id": "x", "name": "Eva"}, "changed_at": "2026-11-23T12:00:00Z"},
    ],
}
REACH = {
    "id": PEOPLE["ana"]["id"],
    "name": "Ana Souza",
    "email": "ana@cliente.test",
    "wants_mail": True,
    "trouble": {"reason": f"550 5.1.1 {HOSTILE}", "since": "2026-11-24T12:00:00Z"},
}


@pytest.fixture
def admin(app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser in which Eva has signed in, who changes settings."""
    eva = {**PEOPLE["bruno"], "id": "0199d0f0-0000-7000-8000-000000000004", "name": "Eva Prado"}
    monkeypatch.setitem(PEOPLE, "eva", {**eva, "permissions": ["ticket.attend", "settings.change"]})
    town.answers |= {
        "notify GET /v1/templates": {"items": [LETTER], "next_cursor": None},
        "notify GET /v1/templates/approve": LETTER,
        "notify PUT /v1/templates/approve": {**LETTER["versions"][0], "version": 3},
        "notify DELETE /v1/templates/approve": {**LETTER["versions"][0], "version": 3},
        "notify POST /v1/templates/approve/preview": {"title": "x", "text": "x", "html": "<p>Uma carta</p>"},
    }
    return signed_in(app, "eva")


def seal(page: str) -> str:
    """The seal of a page's forms."""
    found = re.search(r'name="seal" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def posted(admin: FlaskClient, path: str, **fields: str) -> Any:
    """The answer to the letter's form, sent as it stands but for `fields`."""
    page = admin.get("/admin/letters/approve").text
    typed = {f"{tag}.{field}": words[field] for tag, words in TEXTS.items() for field in words}
    return admin.post(path, data={"seal": seal(page), "version": "2", **typed, **fields})


def test_the_page_shows_every_language_and_every_version_and_runs_nothing(admin: FlaskClient) -> None:
    assert "Sou chamado a aprovar" in admin.get("/admin/letters").text
    page = admin.get("/admin/letters/approve").text
    assert page.count("Decida: {{ subject }}</") + page.count('value="Decida: {{ subject }}"') >= 6
    assert "<script>alert" not in page
    assert ">49" not in page


def test_saving_sends_every_language_and_the_version_that_was_seen(admin: FlaskClient, town: Town) -> None:
    assert posted(admin, "/admin/letters/approve").status_code == 303
    [request] = town.sent("PUT", "/v1/templates/approve")
    assert json.loads(request.content) == {"texts": TEXTS}
    assert request.headers["If-Match"] == '"2"'
    assert posted(admin, "/admin/letters/approve/restore").status_code == 303
    assert town.sent("DELETE", "/v1/templates/approve")[0].headers["If-Match"] == '"2"'


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(admin: FlaskClient, town: Town) -> None:
    wrong = {"title": "x", "detail": "x", "errors": {"en.body": ["There is no place x"]}}
    town.answers["notify PUT /v1/templates/approve"] = (422, wrong)
    page = posted(admin, "/admin/letters/approve", **{"en.body": "{{ x }} typed"})
    assert page.status_code == 422
    assert "There is no place x" in page.text
    assert "{{ x }} typed" in page.text


def test_a_preview_is_a_page_in_which_nothing_runs_and_nothing_is_saved(admin: FlaskClient, town: Town) -> None:
    page = posted(admin, "/admin/letters/approve/preview", ticket="2026-000123", language="en")
    assert page.text == "<p>Uma carta</p>"
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;")
    assert "script" not in policy
    asked = json.loads(town.sent("POST", "/v1/templates/approve/preview")[0].content)
    assert asked == {"ticket": "2026-000123", "language": "en", "words": WORDS}
    assert town.sent("PUT", "/v1/templates/approve") == []


def test_who_does_not_change_settings_finds_no_letters(bruno: FlaskClient) -> None:
    assert bruno.get("/admin/letters").status_code in (403, 404)
    assert bruno.get("/admin/letters/approve").status_code in (403, 404)


def test_an_address_that_refused_mail_is_said_to_its_person_who_may_try_it_again(ana: FlaskClient, town: Town) -> None:
    told = {"mail": True, "kinds": [], "quiet_hours": None, "digest_minutes": 0, "version": 0}
    me = f"/v1/recipients/{PEOPLE['ana']['id']}"
    town.answers |= {
        "notify GET /v1/preferences": told,
        "identity GET /v1/sessions": {"items": [], "next_cursor": None},
        f"notify GET {me}": REACH,
        f"notify POST {me}/revive": {**REACH, "trouble": None},
    }
    page = ana.get("/preferences").text
    assert "550 5.1.1" in page
    assert "<script>alert" not in page
    assert ana.post("/preferences/address", data={"seal": seal(page)}).status_code == 303
    assert len(town.sent("POST", f"{me}/revive")) == 1
    town.answers[f"notify GET {me}"] = {**REACH, "trouble": None}
    assert "550 5.1.1" not in ana.get("/preferences").text
