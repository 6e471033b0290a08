"""Rules that every template keeps, and what hostile text becomes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.unit.portal.town import TICKET_ID, Town, a_ticket

TEMPLATES = Path(__file__).parents[3] / "services" / "portal" / "templates"
FILES = sorted(TEMPLATES.rglob("*.html"))
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}'onmouseover='alert(3)"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_has_inline_scripts_or_styles_or_trusts_a_text(path: Path) -> None:
    text = path.read_text()
    assert re.search(r"\sstyle=|\son\w+=\"|<style|<script(?! src=)", text) is None
    assert re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", text) is None


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_form_that_posts_is_sealed(path: Path) -> None:
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(), re.S):
        assert re.search(r"sealed\(\)|carried\(sheet\)", form), form[:120]


def test_every_template_compiles(app: Flask) -> None:
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


def test_hostile_text_never_becomes_markup(ana: FlaskClient, bruno: FlaskClient, town: Town) -> None:
    path = f"/v1/tickets/{TICKET_ID}"
    person = {"id": "0199d0f0-0000-7000-8000-000000000009", "name": HOSTILE}
    holder = {**person, "queue": False}
    hostile = a_ticket(subject=HOSTILE, description=HOSTILE, parameters={"invoice": HOSTILE, "amount": "1.00"})
    hostile["turn"] = {**hostile["turn"], "holder": holder, "party": HOSTILE}
    stage = {"code": "triage", "name": HOSTILE}
    moment = "2026-11-24T12:00:00Z"
    town.answers |= {
        "ticket GET /v1/tickets": {"items": [hostile], "next_cursor": HOSTILE},
        f"ticket GET {path}": hostile,
        f"ticket GET {path}/history": {
            "items": [
                {"stage": stage, "entered_at": moment, "by": person, "transition_name": HOSTILE, "comment": HOSTILE}
            ]
        },
        f"ticket GET {path}/messages": {
            "items": [{"id": "m", "author": person, "body": HOSTILE, "created_at": moment}]
        },
        f"attachments GET {path}/attachments": {
            "items": [{"id": TICKET_ID, "name": f"{HOSTILE}.pdf", "state": "rejected", "reason": HOSTILE}]
        },
    }
    for page in ("/tickets", f"/tickets/{TICKET_ID}", f"/tickets?q={HOSTILE}"):
        text = ana.get(page).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "'onmouseover='alert" not in text
        assert ">49" not in text
    assert "<script>alert" not in bruno.get(f"/tickets/{TICKET_ID}").text


def test_a_page_asks_the_services_in_at_most_three_waves(ana: FlaskClient, town: Town) -> None:
    """Token, who it is, then everything else at once; the version is asked once and kept."""
    ana.get(f"/tickets/{TICKET_ID}")
    town.asked.clear()
    ana.get(f"/tickets/{TICKET_ID}")
    assert len(town.asked) <= 8
    assert {each.method for each in town.asked} == {"GET"}
