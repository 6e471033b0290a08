"""The page of answers written beforehand: an attendant's own and, with the permission, the house's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import answers, desk, door, page
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.attendant.blueprint import blueprint
from shared.ids import new_id

ANSWERS = "/v1/canned-answers"


@dataclass(frozen=True, slots=True)
class Written:
    """What was typed into a form that was refused, `id` empty in that of a new answer; `errors` by field."""

    id: str = ""
    name: str = ""
    body: str = ""
    scope: str = "personal"
    errors: dict[str, list[str]] = field(default_factory=dict)


@blueprint.get("/answers")
@door.needs("ticket.attend")
def answers_page() -> Response:
    """Every answer that the reader may use, and the form of a new one."""
    return _page(Written())


@blueprint.post("/answers")
@door.needs("ticket.attend")
def write_answer() -> BaseResponse:
    """Keep a new answer."""
    scope = "house" if request.form.get("scope") == "house" else "personal"
    body = {**_typed(), "scope": scope}
    return _sent("POST", ANSWERS, body, gettext("Saved: you find it where you write."))


@blueprint.post("/answers/<uuid:answer_id>")
@door.needs("ticket.attend")
def change_answer(answer_id: str) -> BaseResponse:
    """Change an answer's name or text."""
    return _sent("PATCH", f"{ANSWERS}/{answer_id}", _typed(), gettext("Saved."), answer_id)


@blueprint.post("/answers/<uuid:answer_id>/remove")
@door.needs("ticket.attend")
def drop_answer(answer_id: str) -> BaseResponse:
    """Remove an answer; what was sent with it stays."""
    return _sent("DELETE", f"{ANSWERS}/{answer_id}", None, gettext("The answer is gone."), answer_id)


def _typed() -> dict[str, Any]:
    form = request.form
    return {"name": form.get("name", "").strip(), "body": form.get("body", "").replace("\r\n", "\n").strip()}


def _sent(method: str, path: str, body: Any, said: str, answer_id: str = "") -> BaseResponse:
    form = request.form
    try:
        version = form.get("version") if answer_id else None
        door.asker().send(method, "ticket", path, body, version=version, key=None if answer_id else form.get("key"))
    except Refused as refused:
        errors = dict(refused.fields) or {"": [refused.text]}
        written = Written(answer_id, form.get("name", ""), form.get("body", ""), form.get("scope", ""), errors)
        return _page(written, refused.status)
    return page.go(url_for("attendant.answers_page"), said)


def _page(written: Written, status: int = 200) -> Response:
    found = desk.gather(answers=answers.ask)["answers"]
    changes_houses = door.me().may("settings.change")
    return page.render(
        "attendant/answers.html",
        status=status,
        console="attend",
        desk=desk.desk(),
        place="answers",
        own=[each for each in found if each.scope == "personal"],
        houses=[each for each in found if each.scope == "house"],
        changes_houses=changes_houses,
        placeholders=answers.placeholders(),
        written=written,
        key=new_id(),
    )
