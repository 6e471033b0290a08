"""Chat rooms on the administrators' pages: made, changed, tried, stopped and removed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.notify.rules import chat
from services.portal.views.admin import chat_rooms
from tests.unit.portal.conftest import signed_in
from tests.unit.portal.town import PEOPLE, Town

ID = "0199d0f0-0000-7000-8000-000000000030"
PATH = f"/v1/chat-rooms/{ID}"
HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'
ROOM: dict[str, Any] = {
    "id": ID,
    "name": f"Sala {HOSTILE}",
    "address": "slack://T...1/A...B/x...y",
    "kinds": ["queue_turn", "deadline_missed"],
    "queue": "desk",
    "language": "es",
    "state": "failing",
    "created_at": "2026-11-24T12:00:00Z",
    "version": 3,
}
FORM = {"name": "Sala", "url": "slack://a/b/c", "kinds": ["finished", "queue_turn"], "queue": "", "language": "en"}


@pytest.fixture
def admin(app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser in which Eva has signed in, who manages webhooks."""
    eva = {**PEOPLE["bruno"], "id": "0199d0f0-0000-7000-8000-000000000004", "name": "Eva Prado"}
    monkeypatch.setitem(PEOPLE, "eva", {**eva, "permissions": ["webhooks.manage"]})
    town.answers |= {
        "workflow GET /v1/queues": {"items": [{"code": "desk", "names": {"pt-BR": "Recepção"}, "members": []}]},
        "notify GET /v1/chat-rooms": {"items": [ROOM], "next_cursor": None},
        f"notify GET {PATH}": ROOM,
        "notify POST /v1/chat-rooms": (201, ROOM),
        f"notify PATCH {PATH}": ROOM,
        f"notify DELETE {PATH}": (204, None),
        f"notify POST {PATH}/test": {"sent": True, "reason": None},
    }
    return signed_in(app, "eva")


def posted(admin: FlaskClient, path: str = "", **fields: Any) -> Any:
    """The answer to a form of the pages."""
    found = re.search(r'name="seal" value="([^"]+)"', admin.get("/admin/chat-rooms").text)
    assert found is not None
    return admin.post(f"/admin/chat-rooms{path}", data={"seal": found[1], **fields})


def sent(town: Town, method: str, path: str) -> Any:
    """The body of the one call to a path."""
    [request] = town.sent(method, path)
    return json.loads(request.content or b"null")


def test_the_form_asks_for_all_that_a_room_may_be_told_of() -> None:
    """The portal does not import the service's rules: what both say is held equal here."""
    assert set(chat_rooms.KINDS) == set(chat.KINDS)
    assert set(chat_rooms.FIRST) < set(chat.KINDS)


def test_a_room_is_shown_in_words_and_escaped(admin: FlaskClient) -> None:
    for path in ("/admin/chat-rooms", f"/admin/chat-rooms/{ID}"):
        page = admin.get(path).text
        assert "<script>alert" not in page
        assert "slack://T...1/A...B/x...y" in page
        assert "com falhas, tenta de novo depois" in page
    listed = admin.get("/admin/chat-rooms").text
    assert "Fila Recepção" in listed
    assert "Um prazo" in listed


def test_a_room_is_made_and_changed_without_its_address(admin: FlaskClient, town: Town) -> None:
    assert posted(admin, **FORM).status_code == 303
    assert sent(town, "POST", "/v1/chat-rooms") == {**FORM, "kinds": ["queue_turn", "finished"], "queue": None}
    assert posted(admin, f"/{ID}", **{**FORM, "url": "", "queue": "desk"}, version="3").status_code == 303
    changed = sent(town, "PATCH", PATH)
    assert "url" not in changed
    assert changed["queue"] == "desk"


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(admin: FlaskClient, town: Town) -> None:
    problem = {"title": "Wrong", "detail": "Corrija", "errors": {"url": ["Isto não é o endereço de uma sala"]}}
    town.answers["notify POST /v1/chat-rooms"] = (422, problem)
    answer = posted(admin, **{**FORM, "name": "Plantão"})
    assert answer.status_code == 422
    assert 'href="#url"' in answer.text
    assert "Isto não é o endereço de uma sala" in answer.text
    assert 'value="Plantão"' in answer.text


def test_a_test_message_says_what_came_of_it(admin: FlaskClient, town: Town) -> None:
    assert posted(admin, f"/{ID}/test").status_code == 303
    town.answers[f"notify POST {PATH}/test"] = {"sent": False, "reason": "It answered 404"}
    answer = posted(admin, f"/{ID}/test")
    assert "A mensagem de teste não chegou: It answered 404" in answer.text


def test_a_room_is_stopped_and_removed(admin: FlaskClient, town: Town) -> None:
    assert posted(admin, f"/{ID}/disabled", version="3").status_code == 303
    assert sent(town, "PATCH", PATH) == {"state": "disabled"}
    assert posted(admin, f"/{ID}/remove", version="3").status_code == 303
    assert len(town.sent("DELETE", PATH)) == 1


def test_the_pages_are_for_who_manages_webhooks(bruno: FlaskClient) -> None:
    assert bruno.get("/admin/chat-rooms").status_code in (403, 404)
    assert bruno.get(f"/admin/chat-rooms/{ID}").status_code in (403, 404)
