"""Signing in, the seal on every form, permissions, and the headers of every answer."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.portal.app import create_app
from services.portal.options import Options
from tests.unit.portal.conftest import signed_in
from tests.unit.portal.town import TICKET_ID, Town, refuses

PUBLIC = {
    "/assets/<name>",
    "/house/logo",
    "/livez",
    "/readyz",
    "/metrics",
    "/language",
    "/sign-in",
    "/sign-out",
    "/forgot",
    "/link",
    "/link/<token>",
}


def seal_of(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="seal" value="([0-9a-f]{64})"', client.get(path).text)
    assert found is not None
    return found[1]


def test_every_page_says_who_may_open_it_and_the_public_ones_are_listed(app: Flask) -> None:
    access = {
        rule.rule: getattr(app.view_functions[rule.endpoint], "vez_access", None) for rule in app.url_map.iter_rules()
    }
    assert {rule for rule, label in access.items() if label == "public"} == PUBLIC
    assert None not in access.values()


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(anonymous: FlaskClient) -> None:
    answer = anonymous.get("/tickets?filter=my_turn")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/tickets?filter%3Dmy_turn"


def test_signing_in_sets_a_cookie_that_no_script_reads(anonymous: FlaskClient) -> None:
    seal = seal_of(anonymous, "/sign-in")
    form = {"seal": seal, "username": "ana@cliente.test", "password": "vez-demo", "next": "/tickets"}
    answer = anonymous.post("/sign-in", data=form)
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("vez_session="))
    assert answer.headers["Location"] == "/tickets"
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_off_loopback_cookies_are_held_to_tls_and_to_the_host(town: Town) -> None:
    app = create_app(Options(public_url="https://vez.example"), town.services())
    client = app.test_client()
    seal = seal_of(client, "/sign-in")
    answer = client.post("/sign-in", data={"seal": seal, "username": "ana@x", "password": "vez-demo"})
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if "session=ana" in each)
    assert cookie.startswith("__Host-vez_session=")
    assert "Secure" in cookie


def test_a_wrong_password_says_what_to_do_and_keeps_the_name(anonymous: FlaskClient) -> None:
    seal = seal_of(anonymous, "/sign-in")
    answer = anonymous.post("/sign-in", data={"seal": seal, "username": "ana@cliente.test", "password": "x"})
    assert answer.status_code == 401
    assert 'value="ana@cliente.test"' in answer.text
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site_after_signing_in(anonymous: FlaskClient, elsewhere: str) -> None:
    seal = seal_of(anonymous, "/sign-in")
    form = {"seal": seal, "username": "ana@x", "password": "vez-demo", "next": elsewhere}
    target = urlsplit(anonymous.post("/sign-in", data=form).headers["Location"])
    assert (target.scheme, target.netloc, target.path) == ("", "", "/")


@pytest.mark.parametrize("seal", ["", "0" * 64, "é"])
def test_a_post_without_this_browsers_seal_is_refused(ana: FlaskClient, town: Town, seal: str) -> None:
    answer = ana.post(f"/tickets/{TICKET_ID}/messages", data={"seal": seal, "body": "x"})
    assert answer.status_code == 400
    assert town.sent("POST", f"/v1/tickets/{TICKET_ID}/messages") == []


def test_the_seal_of_another_session_is_refused(app: Flask, ana: FlaskClient) -> None:
    other = seal_of(signed_in(app, "bruno"), "/notifications")
    assert ana.post("/notifications/read", data={"seal": other}).status_code == 400


def test_a_post_from_another_site_is_refused_even_with_a_seal(ana: FlaskClient) -> None:
    seal = seal_of(ana, "/tickets")
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert ana.post("/notifications/read", data={"seal": seal}, headers=headers).status_code == 400


def test_without_the_permission_there_is_no_menu_entry_and_the_page_answers_403(app: Flask) -> None:
    nobody = signed_in(app, "nobody")
    assert nobody.get("/tickets").status_code == 403
    assert nobody.get("/tickets/new").status_code == 403
    assert nobody.get("/queue").status_code == 403
    assert 'href="/tickets"' not in nobody.get("/notifications").text


def test_a_session_that_identity_ended_is_forgotten(app: Flask) -> None:
    gone = signed_in(app, "a-session-that-is-over")
    answer = gone.get("/tickets")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/sign-in", "/tickets", "/nothing-here", "/livez"])
def test_every_answer_forbids_inline_scripts_styles_and_frames(ana: FlaskClient, path: str) -> None:
    headers = ana.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_pages_are_kept_by_nobody_and_assets_for_a_year(app: Flask, ana: FlaskClient) -> None:
    assert ana.get("/tickets").headers["Cache-Control"] == "private, no-store"
    asset = app.jinja_env.globals["asset"]("portal.css")  # type: ignore[operator]
    with ana.get(asset) as answer:
        assert "immutable" in answer.headers["Cache-Control"]


def test_a_service_that_cannot_be_reached_gives_a_page_that_says_so(ana: FlaskClient, town: Town) -> None:
    town.answers["ticket GET /v1/tickets"] = (503, {"title": "x"})
    answer = ana.get("/tickets")
    assert answer.status_code == 503
    assert "<h1>" in answer.text


def test_what_a_service_refuses_to_show_is_not_there(ana: FlaskClient, town: Town) -> None:
    town.answers[f"ticket GET /v1/tickets/{TICKET_ID}"] = refuses(404)
    assert ana.get(f"/tickets/{TICKET_ID}").status_code == 404
