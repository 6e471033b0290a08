"""The start page, which is another one for each audience, and the help page."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page
from services.portal.speech import LANGUAGES

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@door.signed_in
def start() -> BaseResponse:
    """To the first page that is the reader's: the attendants' queue, the client's tickets, administration."""
    me = door.me()
    if me.may("ticket.attend"):
        return redirect(url_for("attendant.queue"), 303)
    if me.may("portal.client_online"):
        return redirect(url_for("client.home"), 303)
    return redirect(url_for("admin.start" if me.administers else "account.notifications"), 303)


@blueprint.get("/help")
@door.signed_in
def help_page() -> Response:
    """How Vez works, in a page."""
    page.gather()
    return page.render("account/help.html", section="help")


@blueprint.post("/language")
@door.public
def choose_language() -> BaseResponse:
    """Remember the language for this browser, before anybody is signed in."""
    chosen = request.form.get("language", "")
    response = redirect(door.inside(request.form.get("next")), 303)
    if chosen in LANGUAGES:
        door.set_cookie(response, "language", chosen, days=365)
    return response
