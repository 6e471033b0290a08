"""The catalog: its types and flows, a type's matrix on the drawing board, the plan of a change, and its publication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from flask import Response, abort, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, drawing_board, flowchart, naming, page, speech
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from services.portal.words import Reader
from shared.catalog.definitions import Catalog, Type, text_in
from shared.catalog.reading import read
from shared.catalog.writing import write
from shared.errors import Retryable

YAML: Final = "application/yaml"
FILE: Final = "catalog.yaml"


@dataclass(frozen=True, slots=True)
class Present:
    """The catalog as it is published: its file, what that says, and its version."""

    text: str
    catalog: Catalog
    version: str


@blueprint.get("/catalog")
@door.needs("catalog.publish")
def catalog() -> Response:
    """Every group with its types."""
    present = _gather()["present"]
    language = speech.language()
    groups = [
        (
            text_in(group.names, language),
            [_summary(each, present.catalog, language) for each in present.catalog.types if each.group == group.code],
        )
        for group in present.catalog.groups
    ]
    return frame.render("admin/catalog.html", "catalog", groups=[each for each in groups if each[1]])


@blueprint.get("/catalog/queues")
@door.needs("catalog.publish")
def queues() -> Response:
    """The queues with their members, and the calendars."""
    present = _gather()["present"]
    return frame.render(
        "admin/queues.html",
        "queues",
        queues=[(each.code, text_in(each.names, speech.language()), each.members) for each in present.catalog.queues],
        calendars=[(each, naming.opening_hours(each)) for each in present.catalog.calendars],
    )


@blueprint.get("/catalog/types/<code>")
@door.needs("catalog.publish")
def type_page(code: str) -> Response:
    """One type: its flow, its stages and its matrix."""
    return _type_page(code, {})


@blueprint.post("/catalog/types/<code>")
@door.needs("catalog.publish")
def change_type(code: str) -> BaseResponse:
    """See what the changed cells would change, or publish them as the type's next version."""
    present = load_present()
    type = present.catalog.type_by_code.get(code) or abort(404)
    changed = drawing_board.changed_cells(type.version, request.form)
    text = write(drawing_board.with_cells(present.catalog, code, changed))
    publishes = request.form.get("do") == "publish"
    try:
        plan = apply(text, None if not publishes else request.form.get("version"), dry_run=not publishes)
    except Refused as refused:
        return _type_page(code, changed, refused=refused)
    if publishes:
        return page.go(
            url_for("admin.type_page", code=code), gettext("Published. Open requests stay on their version.")
        )
    return _type_page(code, changed, plan=plan)


@blueprint.get("/catalog/file")
@door.needs("catalog.publish")
def file() -> Response:
    """The whole catalog as the file that makes it."""
    return _file_page(_gather()["present"].text)


@blueprint.post("/catalog/file")
@door.needs("catalog.publish")
def change_file() -> BaseResponse:
    """See what the file would change, or publish it."""
    sent = request.files.get("upload")
    text = sent.read().decode("utf-8", "replace") if sent and sent.filename else request.form.get("text", "")
    text = text.replace("\r\n", "\n")
    publishes = request.form.get("do") == "publish" and not (sent and sent.filename)
    try:
        plan = apply(text, request.form.get("version") if publishes else None, dry_run=not publishes)
    except Refused as refused:
        page.gather()
        return _file_page(text, refused=refused)
    if publishes:
        return page.go(url_for("admin.file"), gettext("Published. Open requests stay on their version."))
    page.gather()
    return _file_page(text, plan=plan)


@blueprint.get("/catalog/catalog.yaml")
@door.needs("catalog.publish")
def download() -> Response:
    """The catalog's file, to keep under version control."""
    response = Response(load_present().text, content_type=f"{YAML}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return response


def load_present() -> Present:
    """The present catalog. Raises Retryable, Refused."""
    answer = door.asker().raw("workflow", "/v1/catalog", accept=YAML)
    try:
        found = read(answer.text, FILE, has_global_fallback=True)
    except ValueError as error:
        raise Retryable("The workflow service did not answer as it should") from error
    return Present(answer.text, found, answer.headers.get("ETag", "").strip('"'))


def apply(text: str, version: str | None, *, dry_run: bool) -> Any:
    """Plan or publish a catalog's file. Raises Refused with everything that is wrong in it."""
    return (
        door.asker()
        .send(
            "PUT",
            "workflow",
            "/v1/catalog",
            msgspec.Raw(text.encode()),
            version=version,
            content_type=YAML,
            params={"dry_run": str(dry_run).lower(), "name": FILE},
        )
        .body
    )


def _gather() -> dict[str, Any]:
    return page.gather(present=load_present)


def _summary(type: Type, catalog: Catalog, language: str) -> dict[str, Any]:
    flow, kinds = type.version.flow, type.opened_by.kinds
    names = {each.code: each.names for each in catalog.client_kinds}
    return {
        "code": type.code,
        "name": text_in(type.names, language),
        "description": text_in(type.descriptions, language),
        "stages": sum(1 for stage in flow.stages if stage.terminal is None),
        "parameters": len(type.version.parameters),
        "opened_by": gettext("everybody") if kinds == "all" else naming.client_kinds(kinds, names, language),
    }


def _type_page(code: str, changed: dict[str, Any], *, plan: Any = None, refused: Refused | None = None) -> Response:
    present: Present = _gather()["present"]
    type = present.catalog.type_by_code.get(code) or abort(404)
    language = speech.language()
    queues = {each.code: text_in(each.names, language) for each in present.catalog.queues}
    return frame.render(
        "admin/type.html",
        "catalog",
        refused=refused,
        type=_summary(type, present.catalog, language),
        chart=flowchart.draw(type.version, Reader(id="", side="attendant"), language),
        matrix=drawing_board.matrix(type.version, language, changed),
        stages=drawing_board.stage_facts(type.version, language, queues),
        version=present.version,
        plan=plan,
        changes=[each for each in plan["changes"] if each["change"] != "unchanged"] if plan else [],
        open_tickets=sum((plan or {}).get("open_tickets", {}).get(code, {}).values()),
        has_changes=bool(changed),
    )


def _file_page(text: str, *, plan: Any = None, refused: Refused | None = None) -> Response:
    return frame.render(
        "admin/file.html",
        "file",
        refused=refused,
        text=text,
        version=load_present().version,
        plan=plan,
        changes=[each for each in plan["changes"] if each["change"] != "unchanged"] if plan else [],
        problems=(refused.extra.get("problems") or []) if refused else [],
    )
