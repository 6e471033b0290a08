"""Open tickets of a type and the versions that they are on: which can move to another one, and moving them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page, speech, steps
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from shared.catalog.definitions import TypeVersion, text_in
from shared.errors import Retryable
from shared.ids import new_id

JUDGED: Final = 25
"""So many tickets are judged for a page: each asks two services."""
GONE: Final = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An open ticket on another version. `obstacles`: what keeps it there; `mark` is what the form carries."""

    id: str
    number: str
    subject: str
    stage: str
    version: int
    obstacles: list[str]
    mark: str


@blueprint.get("/catalog/types/<code>/versions")
@door.needs("catalog.publish")
def versions(code: str) -> Response:
    """The open tickets that are not on a version, each with whether it could go there and what is in the way."""
    return _page(code)


@blueprint.post("/catalog/types/<code>/versions")
@door.needs("catalog.publish")
def move(code: str) -> BaseResponse:
    """Move the first of the marked tickets, and say what became of each and how many are left."""
    marked, to = steps.marked(), _number(request.form.get("to", ""))
    if not marked or to is None:
        text = gettext("Mark what is to be moved.")
        return _page(code, Refused(422, "invalid", text, text))
    action = url_for("admin.move", code=code)
    taken = steps.take(marked, lambda ticket: _move(ticket, to), action, {"to": str(to)})
    if steps.is_next():
        return page.render("admin/_steps.html", steps=taken)
    page.gather()
    return frame.render(
        "admin/steps.html",
        "catalog",
        steps=taken,
        title=gettext("Moving to version %(number)s", number=to),
        back=url_for("admin.versions", code=code, to=to),
        back_name=gettext("Open requests and their versions"),
    )


def _move(ticket: steps.Marked, to: int) -> str:
    ask = door.asker()
    body = {"version": to, "parameters": _values(ticket.id)["parameters"], "dry_run": False}
    path = f"/v1/flows/{ticket.id}/migrate"
    moved = ask.send("POST", "workflow", path, body, version=ticket.version, key=ticket.key).body["moved"]
    return gettext("moved to version %(number)s", number=to) if moved else gettext("was there already")


def _page(code: str, refused: Refused | None = None) -> Response:
    ask = door.asker()
    current = ask.get("workflow", f"/v1/types/{code}/versions/current")
    newest = int(current["version"])
    to = _number(request.args.get("to", "") or request.form.get("to", "")) or newest
    listed = page.gather(
        listed=lambda: ask.get(
            "workflow", f"/v1/types/{code}/flows", other_than=to, cursor=request.args.get("cursor"), limit=JUDGED
        ),
        named=lambda: ask.get("workflow", f"/v1/types/{code}"),
    )
    flows = listed["listed"]["items"]
    judged = ask.together(**{each["ticket_id"]: _judging(code, each, to) for each in flows}) if flows else {}
    part = request.headers.get("HX-Target") == "more"
    return frame.render(
        "admin/_versions.html" if part else "admin/versions.html",
        "catalog",
        refused=refused,
        code=code,
        name=text_in(listed["named"]["type"]["names"], speech.language()) or code,
        to=to,
        newest=newest,
        rows=[row for row in judged.values() if row is not None],
        next_cursor=listed["listed"].get("next_cursor"),
        key=new_id(),
    )


def _judging(code: str, flow: dict[str, Any], to: int) -> Callable[[], Row | None]:
    """The row of an open ticket; None where it ended meanwhile."""
    language, ask, published = speech.language(), door.asker(), door.versions()

    def judge() -> Row | None:
        present = published.find(code, flow["flow_version"])
        subject, version = "", flow["version"]
        try:
            ticket = _values(flow["ticket_id"])
            subject = ticket["subject"]
            body = {"version": to, "parameters": ticket["parameters"], "dry_run": True}
            told = ask.send("POST", "workflow", f"/v1/flows/{flow['ticket_id']}/migrate", body).body
            version = told["version"]
            found = [_obstacle(each, present, language) for each in told["obstacles"]]
        except Refused as refusal:
            if refusal.kind == "not-running":
                return None
            found = [_unseen() if refusal.status == GONE else refusal.text]
        except Retryable:
            found = [gettext("It cannot be reached now.")]
        return Row(
            id=flow["ticket_id"],
            number=flow["number"],
            subject=subject,
            stage=_stage(flow["stage"], present, language),
            version=flow["flow_version"],
            obstacles=found,
            mark=steps.Marked(flow["ticket_id"], str(version), flow["number"]).written,
        )

    return judge


def _values(ticket_id: str) -> Any:
    return door.asker().get("ticket", f"/v1/tickets/{ticket_id}")


def _unseen() -> str:
    return gettext("You may not see this request, so its values cannot be judged.")


def _obstacle(obstacle: dict[str, Any], version: TypeVersion | None, language: str) -> str:
    """What is in the way, a parameter by its label."""
    parameter = version.parameter_by_code.get(obstacle["field"]) if version else None
    message = str(obstacle["message"])
    return f"{text_in(parameter.labels, language)}: {message}" if parameter else message


def _stage(code: str, version: TypeVersion | None, language: str) -> str:
    stage = version.find_stage(code) if version else None
    return (text_in(stage.names_for("attendant"), language) if stage else "") or code


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and int(text[:9]) > 0 else None
