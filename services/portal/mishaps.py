"""What a page says when something went wrong: what happened, and what to do."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from services.portal import door, page
from services.portal.ask import Refused, SignedOut
from services.portal.tongue import gettext
from shared import telemetry
from shared.errors import Retryable

log = telemetry.logger(__name__)


def register(app: Flask) -> None:
    """Give the app its pages of mishaps."""
    app.register_error_handler(SignedOut, _signed_out)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Retryable, _out_of_reach)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _signed_out(_: SignedOut) -> Any:
    response = door.to_sign_in()
    door.drop_cookie(response, "session")
    if request.headers.get("HX-Request") == "true":
        part = Response(status=200)
        part.headers["HX-Redirect"] = response.headers["Location"]
        return part
    return response


def _refused(refused: Refused) -> Response:
    return problem(refused.status, refused.title, refused.text)


def _out_of_reach(_: Retryable) -> Response:
    title = gettext("This part of the system is not answering")
    return problem(503, title, gettext("It usually comes back within moments. Nothing that you did was lost."))


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    titles = {
        400: (gettext("This form was open for too long"), gettext("Go back, reload the page and send it again.")),
        403: (
            gettext("This is not yours to open"),
            gettext("If you need it, ask an administrator for the permission."),
        ),
        404: (gettext("There is nothing here"), gettext("It may have moved, or it is not yours to see.")),
        405: (gettext("This address only takes forms"), gettext("Open the page that leads to it instead.")),
        413: (gettext("That is too large"), gettext("Send a smaller file, or several.")),
    }
    title, detail = titles.get(error.code, (error.name, ""))
    return problem(error.code, title, detail)


def _unexpected(error: Exception) -> Response:
    log.error("page_failed", path=request.path, exc_info=error)
    return problem(
        500, gettext("Something went wrong on our side"), gettext("It was noted. Please try again in a moment.")
    )


def problem(status: int, title: str, detail: str) -> Response:
    """A page that says what happened. Known statuses of services get the portal's own titles."""
    if status == 403 and not title:
        title = gettext("This is not yours to open")
    me = _known()
    return page.render("problems/problem.html", status=status, title=title, detail=detail, code=status, person=me)


def _known() -> Any:
    try:
        return door.known()
    except Retryable:
        return None
