"""Administrators change what letters say: checked, versioned, seen on a real ticket; letters then say it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from shared.contracts.workflow import SettingChanged
from tests.service.notify.callers import Caller, caller
from tests.service.notify.letters import agreement, body, send_all
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import World

GOOD = {
    "pt-BR": {"title": "Decida: {{ subject }}", "body": "{{ person }} pergunta sobre {{ subject }}.\n\nDecida hoje."},
    "en": {"title": "Decide: {{ subject }}", "body": "{{ person }} asks."},
    "es": {"title": "Decida: {{ subject }}", "body": "{{ person }} pregunta."},
}


def changed(as_admin: Caller, texts: Any = GOOD, match: str = '"0"') -> Any:
    """The answer to a change of the approval's letter."""
    return as_admin("PUT", "/templates/approve", {"texts": texts}, If_Match=match)


def test_letters_say_what_administrators_wrote_from_then_on_and_go_back(
    world: World, mail_server: MailServer, as_admin: Caller, ana: str, bruno: str
) -> None:
    assert changed(as_admin).get_json()["version"] == 1
    agreement(world, ana, bruno)
    send_all(world)
    message = mail_server.messages[0]
    assert message["Subject"] == "Decida: Cobrança em dobro & <juros>"
    assert "Bruno Alves pergunta sobre “Cobrança em dobro & <juros>”. Decida hoje." in body(message, "plain")
    assert "<b>Cobrança em dobro &amp; &lt;juros&gt;</b>" in body(message, "html")
    assert as_admin("DELETE", "/templates/approve", If_Match='"1"').get_json()["texts"] is None
    agreement(world, ana, bruno)
    send_all(world)
    assert mail_server.messages[1]["Subject"].startswith("Sua vez: aprovar o entendimento")


def test_every_version_is_kept_and_a_stale_change_is_refused(as_admin: Caller, admin: str) -> None:
    assert changed(as_admin).status_code == 200
    assert changed(as_admin).status_code == 412
    assert as_admin("PUT", "/templates/approve", {"texts": GOOD}).status_code == 428
    assert as_admin("DELETE", "/templates/approve", If_Match='"1"').get_json()["version"] == 2
    shown = as_admin("GET", "/templates/approve").get_json()
    assert [(v["version"], v["texts"], v["changed_by"]["id"]) for v in shown["versions"]] == [
        (2, None, admin),
        (1, GOOD, admin),
    ]
    assert (shown["is_changed"], shown["texts"]) == (False, shown["built_in"])
    listed = {each["kind"]: each for each in as_admin("GET", "/templates").get_json()["items"]}
    assert (listed["approve"]["version"], listed["your_turn"]["version"]) == (2, 0)


@pytest.mark.parametrize("language", ["pt-BR", "en", "es"])
def test_a_template_that_is_wrong_in_any_language_changes_nothing(as_admin: Caller, language: str) -> None:
    answer = changed(as_admin, {**GOOD, language: {"title": "{{ nobody }}", "body": "{% for x in y %}{% endfor %}"}})
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {f"{language}.title", f"{language}.body"}
    assert changed(as_admin, {k: v for k, v in GOOD.items() if k != language}).status_code == 422
    assert as_admin("GET", "/templates/approve").get_json()["version"] == 0


def test_a_preview_shows_a_real_ticket_and_sends_and_stores_nothing(
    world: World, mail_server: MailServer, as_admin: Caller, admin: str, ana: str, bruno: str
) -> None:
    ticket = agreement(world, ana, bruno)
    asked = {"ticket": "2026-000123", "language": "en", "words": GOOD["en"]}
    shown = as_admin("POST", "/templates/approve/preview", asked).get_json()
    assert shown["title"] == "Decide: Cobrança em dobro & <juros>"
    assert "Bruno Alves asks." in shown["text"]
    assert "data:image/png;base64," in shown["html"]
    assert "cid:" not in shown["html"]
    world.say(SettingChanged(key="house.logo", value="/logo.png", by=admin))
    assert "https://vez.test/logo.png" in as_admin("POST", "/templates/approve/preview", asked).get_json()["html"]
    assert as_admin("GET", "/templates/approve").get_json()["version"] == 0
    wrong = as_admin("POST", "/templates/approve/preview", {**asked, "words": {"title": "x", "body": "{{ x }}"}})
    assert set(wrong.get_json()["errors"]) == {"en.body"}
    for number, kind in (("2026-000999", "approve"), ("2026-000123", "mentioned")):
        assert as_admin("POST", f"/templates/{kind}/preview", {**asked, "ticket": number}).status_code == 404
    world.unseen.add((admin, ticket))
    assert as_admin("POST", "/templates/approve/preview", asked).status_code == 404
    assert mail_server.messages == []


@pytest.mark.parametrize("kind", ["link", "parked", "nothing", "mail_draft"])
def test_other_letters_are_not_the_administrators_to_write(as_admin: Caller, kind: str) -> None:
    assert as_admin("GET", f"/templates/{kind}").status_code == 404
    assert as_admin("PUT", f"/templates/{kind}", {"texts": GOOD}, If_Match='"0"').status_code == 404


def test_only_who_changes_settings_changes_letters(app: Flask, as_admin: Caller, bruno: str) -> None:
    as_bruno = caller(app, bruno)
    assert as_bruno("GET", "/templates").status_code == 403
    assert as_bruno("GET", "/templates/approve").status_code == 403
    assert changed(as_bruno).status_code == 403
    assert as_bruno("DELETE", "/templates/approve", If_Match='"0"').status_code == 403
    asked = {"ticket": "2026-000123", "words": GOOD["pt-BR"]}
    assert as_bruno("POST", "/templates/approve/preview", asked).status_code == 403
