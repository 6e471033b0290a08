"""People brought in from a CSV file: first what would become of every line, then, on a button, doing it."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page, people_file
from services.portal.ask import Refused
from services.portal.people_file import Sheet, Unreadable
from services.portal.request_form import Mistake
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from shared.ids import new_id

LONGEST_SECONDS: Final = 60.0
"""A whole list is judged, or done, in one go: that takes longer than a page usually waits."""


@blueprint.post("/people/import")
@door.needs("people.manage")
def bring_in() -> BaseResponse:
    """Tell what would become of each line of a file; with `do=bring` do it, and tell what became of it."""
    does = request.form.get("do") == "bring"
    try:
        sheet = _sheet()
        answer = door.asker().send(
            "POST",
            "identity",
            "/v1/people/list",
            {"lines": [body for _, body in sheet.lines], "dry_run": not does},
            key=request.form.get("key") if does else None,
            seconds=LONGEST_SECONDS,
        )
    except Unreadable as unreadable:
        return _unread(_why(unreadable))
    except Refused as refused:
        return _unread(refused.text)
    return _told(sheet, answer.body)


def _sheet() -> Sheet:
    file = request.files.get("file")
    text = people_file.decoded(file.read(people_file.MOST_BYTES + 1)) if file else request.form.get("text", "")
    return people_file.read(text.replace("\r\n", "\n"))


def _why(unreadable: Unreadable) -> str:
    if unreadable.too_large:
        return gettext("The file is too large: bring in at most 1 MB at a time.")
    if unreadable.too_many:
        return gettext(
            "The file has %(count)s people: bring in at most %(most)s at a time. Nothing was done.",
            count=unreadable.too_many,
            most=people_file.MOST_LINES,
        )
    return gettext("The file had no people in it. Its first line names the columns: at least a name or an e-mail.")


def _unread(text: str) -> BaseResponse:
    page.gather()
    response = frame.render(
        "admin/bringing_in.html", "people", problems=[Mistake(None, text)], rows=[], done=False, unknown=[]
    )
    response.status_code = 422
    return response


def _told(sheet: Sheet, answer: Any) -> BaseResponse:
    page.gather()
    results = answer["items"]
    counts = Counter(each["outcome"] for each in results)
    rows = [_row(number, body, result) for (number, body), result in zip(sheet.lines, results, strict=True)]
    return frame.render(
        "admin/bringing_in.html",
        "people",
        problems=[],
        rows=sorted(rows, key=lambda each: (each["outcome"] != "wrong", each["line"])),
        counts=counts,
        done=answer["applied"],
        text=sheet.text,
        unknown=sheet.unknown,
        key=new_id(),
    )


def _row(number: int, body: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    person, problem = result["person"], result["problem"]
    return {
        "line": number,
        "outcome": result["outcome"],
        "name": person["name"] if person else body.get("name") or body.get("email") or "",
        "email": body.get("email"),
        "href": url_for("admin.person", person_id=person["id"]) if person and result["outcome"] != "new" else None,
        "changes": [(_field(each["field"]), each["before"], each["after"]) for each in result["changes"]],
        "wrong": _wrong(problem) if problem else [],
    }


def _wrong(problem: dict[str, Any]) -> list[tuple[str | None, str]]:
    named = problem.get("errors") or {}
    fields: list[tuple[str | None, str]] = [
        (_field(name) if name != "body" else None, text) for name, texts in named.items() for text in texts
    ]
    return fields or [(None, problem["detail"] or problem["title"])]


def _field(name: str) -> str:
    """What a field of a person is called on the pages."""
    names = {
        "name": gettext("Name"),
        "email": gettext("E-mail"),
        "kind": gettext("Kind of client"),
        "profiles": gettext("Profiles"),
        "language": gettext("Language"),
        "time_zone": gettext("Time zone"),
        "superior": gettext("Superior"),
        "guardians": gettext("Guardians"),
        "organisation": gettext("Organisation"),
        "identifiers.cpf_cnpj": gettext("CPF or CNPJ"),
        "identifiers.registration": gettext("Registration"),
    }
    return names.get(name, name)
