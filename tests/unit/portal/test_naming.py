"""What administrators read instead of codes."""

from __future__ import annotations

import pytest
from flask import Flask

from services.notify.rules.channels import REASONS
from services.notify.rules.kinds import KINDS, LINK
from services.portal import naming
from shared.catalog.definitions import Calendar
from shared.catalog.parameters import KINDS as PARAMETER_KINDS
from tests.unit.portal.conftest import signed_in
from tests.unit.portal.town import PEOPLE, Town

WHOLE_DAY: tuple[tuple[str, str], ...] = (("08:00", "12:00"), ("13:00", "18:00"))


@pytest.mark.usefixtures("pt")
def test_every_kind_and_every_reason_has_words() -> None:
    assert [kind for kind in (*KINDS, LINK) if naming.telling(kind) == kind] == []
    assert [code for code in REASONS if naming.reason(code) == code] == []
    assert [kind for kind in PARAMETER_KINDS if naming.parameter_kind(kind) == kind] == []


@pytest.mark.usefixtures("pt")
def test_what_a_server_said_stays_as_it_was_said() -> None:
    assert naming.reason("450 4.2.0 greylisted") == "450 4.2.0 greylisted"


@pytest.mark.usefixtures("pt")
def test_days_in_a_row_with_the_same_hours_stand_together() -> None:
    week = {"mon": WHOLE_DAY, "tue": WHOLE_DAY, "wed": WHOLE_DAY, "fri": WHOLE_DAY, "sat": WHOLE_DAY[:1]}
    calendar = Calendar(code="office", timezone="America/Sao_Paulo", hours=week)
    whole_day = "08:00–12:00, 13:00–18:00"
    assert naming.opening_hours(calendar) == [
        ("seg a qua", whole_day),
        ("sex", whole_day),
        ("sáb", "08:00–12:00"),
    ]


@pytest.mark.usefixtures("pt")
def test_a_kind_of_client_without_a_name_is_its_code() -> None:
    names = {"student": {"pt-BR": "Aluno", "en": "Student"}}
    assert naming.client_kinds(["student", "customer"], names, "pt-BR") == "Aluno, customer"


def test_deliveries_and_webhooks_are_told_in_words(app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    permissions = ["ticket.attend", "inbox.manage", "webhooks.manage"]
    monkeypatch.setitem(PEOPLE, "ivo", {**PEOPLE["bruno"], "permissions": permissions})
    delivery = {
        "id": "0199d0f0-0000-7000-8000-000000000020",
        "event": {"id": "x", "name": "flow.stage_entered"},
        "recipient": {"id": PEOPLE["ana"]["id"], "name": "Ana Souza"},
        "ticket_id": None,
        "channel": "in_app",
        "kind": "your_turn",
        "state": "suppressed",
        "reason": "preference",
        "sent_at": None,
        "next_try_at": None,
        "created_at": "2026-11-24T12:00:00Z",
    }
    webhook = {"id": delivery["id"], "url": "https://x.test", "events": ["*"], "state": "failing", "version": 1}
    town.answers["notify GET /v1/deliveries"] = {"items": [delivery], "next_cursor": None}
    town.answers["notify GET /v1/webhooks"] = {"items": [webhook], "next_cursor": None}
    ivo = signed_in(app, "ivo")
    page = ivo.get("/admin/deliveries").text
    assert "A vez chegou" in page
    assert "A pessoa desligou este aviso." in page
    assert "no portal" in page
    page = ivo.get("/admin/webhooks").text
    assert "com falhas, tenta de novo depois" in page
    assert 'href="/queue"' in page, "administration leads to the attendants' queue"
    assert 'href="/admin"' not in page, "and not to itself"
