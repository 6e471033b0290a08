"""First access and forgotten passwords: asking for a one-time link, and setting a password by it."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page, proxies, speech
from services.portal.ask import Refused, decoded
from services.portal.tongue import gettext
from services.portal.views.account.blueprint import blueprint

LONGEST = 300


@blueprint.get("/forgot")
@door.public
def forgot() -> Response:
    """Ask for a one-time link."""
    return page.render("account/forgot.html", username="", sent=False, error=None)


@blueprint.post("/forgot")
@door.public
def send_link() -> Response:
    """Have a link sent; the page says the same whether there is such a person or not."""
    username = request.form.get("username", "").strip()[:LONGEST]
    if not username:
        error = gettext("Fill in how you sign in.")
        return page.render("account/forgot.html", status=422, username="", sent=False, error=error)
    try:
        _post("/v1/links", {"username": username})
    except Refused as refused:
        return page.render(
            "account/forgot.html", status=refused.status, username=username, sent=False, error=refused.text
        )
    return page.render("account/forgot.html", username=username, sent=True, error=None)


@blueprint.get("/link/<token>")
@door.public
def link(token: str) -> Response:
    """The page that a one-time link opens."""
    return _page(token[:LONGEST])


@blueprint.post("/link")
@door.public
def use_link() -> BaseResponse:
    """Set a password by a link."""
    token, password = request.form.get("token", "")[:LONGEST], request.form.get("password", "")[:LONGEST]
    try:
        _post("/v1/links/use", {"token": token, "password": password})
    except Refused as refused:
        wrong = refused.fields.get("password") or [refused.text]
        return _page(token, wrong, refused.status)
    return page.go(url_for("account.sign_in"), gettext("Your password is set. Sign in with it."))


def _page(token: str, wrong: list[str] | None = None, status: int = 200) -> Response:
    try:
        found = _post("/v1/links/check", {"token": token}) if token else None
    except Refused:
        found = None
    return page.render(
        "account/link.html", status=status if found else 404, found=found, token=token, wrong=wrong or []
    )


def _post(path: str, body: dict[str, str]) -> object:
    headers = {"Accept-Language": speech.language(), "X-Forwarded-For": proxies.caller_address()}
    return decoded(door.services().send("POST", "identity", path, body=body, headers=headers))
