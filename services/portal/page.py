"""Making a page: what every template is given, what is said after a command, and the pages of what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from flask import Response, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from services.portal import ask, door, formats, speech
from services.portal.tongue import gettext
from services.portal.words import Reader
from shared import clock
from shared.errors import Retryable

THEMES: Final = ("system", "light", "dark")
NIGHT_ENDS, NOON, EVENING = 5, 12, 18


def render(template_name: str, *, status: int = 200, **given: Any) -> Response:
    """The page. What was said before it (after a command) is shown once."""
    response = make_response(render_template(template_name, **given), status)
    response.headers["Vary"] = "Cookie, Accept-Language, HX-Request"
    if door.cookie_name("said") in request.cookies and not is_part():
        door.drop_cookie(response, "said")
    return response


def is_part() -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def go(address: str, said: str | None = None) -> BaseResponse:
    """On to another page after a command; `said` is what it will show once."""
    response = redirect(address, 303)
    if said:
        door.set_cookie(response, "said", said)
    return response


def gather(**questions: Callable[[], Any]) -> dict[str, Any]:
    """The answers to what a page asks, all at once, and beside them how many notifications are new."""
    answers = door.asker().together(**questions, unread=_ask_unread)
    g.unread = answers.pop("unread")
    return answers


def _ask_unread() -> int:
    """How many notifications are new; where notify cannot be asked, none are shown as new."""
    try:
        answer = door.asker().get("notify", "/v1/notifications", unread="true", limit=1)
    except (ask.Refused, Retryable):
        return 0
    return int(answer.get("unread", len(answer["items"])))


def theme() -> str:
    """Light, dark, or as the system says."""
    chosen = request.cookies.get(door.cookie_name("theme"), "system")
    return chosen if chosen in THEMES else "system"


def reader(side: str) -> Reader:
    """Who is signed in, reading from `side`."""
    return Reader(id=door.me().id, side=side)


def given() -> dict[str, Any]:
    """What every template may use."""
    said = request.cookies.get(door.cookie_name("said"))
    return {
        "me": g.get("me"),
        "language": speech.language(),
        "languages": speech.LANGUAGES,
        "theme": theme(),
        "seal": door.seal,
        "said": [said] if said else [],
        "unread": int(g.get("unread") or 0),
        "is_part": is_part(),
        "section": "",
        "area": "",
    }


def greeting(now: datetime | None = None) -> str:
    """Good morning, afternoon or evening, by the reader's clock."""
    hour = formats.local(now or clock.now()).hour
    if NIGHT_ENDS <= hour < NOON:
        return gettext("Good morning")
    return gettext("Good afternoon") if NOON <= hour < EVENING else gettext("Good evening")
