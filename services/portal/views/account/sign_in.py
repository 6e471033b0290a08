"""Signing in and out."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page, proxies, speech
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.account.blueprint import blueprint

LONGEST = 300


@blueprint.get("/sign-in")
@door.public
def sign_in() -> BaseResponse:
    """The form; who is signed in already goes on."""
    if door.known():
        return redirect(door.inside(request.args.get("next")), 303)
    return _form()


@blueprint.post("/sign-in")
@door.public
def open_session() -> BaseResponse:
    """Sign in and go on to the page that was asked for; a refusal says why and keeps the name that was typed."""
    username = request.form.get("username", "").strip()[:LONGEST]
    password = request.form.get("password", "")[:LONGEST]
    if not username or not password:
        return _form(username, gettext("Fill in both to sign in."), 422)
    try:
        session = door.sessions().open(
            username,
            password,
            address=proxies.caller_address(),
            agent=request.user_agent.string[:LONGEST],
            language=speech.language(),
        )
    except Refused as refused:
        return _form(username, _why(refused), refused.status)
    response = redirect(door.inside(request.form.get("next")), 303)
    door.set_cookie(response, "session", session, days=door.options().session_days)
    door.drop_cookie(response, "visit")
    return response


@blueprint.post("/sign-out")
@door.public
def sign_out() -> BaseResponse:
    """End the session and show the sign-in form."""
    session = door.session_id()
    if session:
        door.sessions().close(session)
    response = page.go(url_for("account.sign_in"))
    door.drop_cookie(response, "session")
    return response


def _form(username: str = "", error: str | None = None, status: int = 200) -> Response:
    following = request.values.get("next")
    return page.render("account/sign_in.html", status=status, username=username, error=error, following=following)


def _why(refused: Refused) -> str:
    if refused.status == 429:
        return gettext("Too many tries. Wait a few minutes and try again.")
    if refused.status in (400, 401, 403, 404, 422):
        return gettext("The name or the password is not right. Check both and try again.")
    return refused.text
