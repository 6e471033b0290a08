"""A ticket's files: adding, fetching and taking out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page, shapes, uploads
from services.portal.ask import Refused
from services.portal.controls import PREFIX
from services.portal.shapes import Attachment
from services.portal.sheet import Trouble
from services.portal.tongue import gettext
from services.portal.views.tickets import show
from services.portal.views.tickets.blueprint import blueprint as tickets

blueprint = Blueprint("files", __name__, url_prefix="/files")

NEW = ".new"
PICTURE = "image/webp"
LONGEST_KEY = 100


def take_in(ticket_id: str) -> dict[str | None, list[str]]:
    """Upload the files that the form carries; their ids by the parameter answered. Raises Refused, Retryable."""
    sent: dict[str | None, list[str]] = {}
    internal = request.form.get("internal") == "true"
    for name in request.files:
        parameter = name.removeprefix(PREFIX).removesuffix(NEW) if name.endswith(NEW) else None
        for file in request.files.getlist(name):
            if file.filename and uploads.size_of(file):
                id = uploads.send(door.asker(), ticket_id, file, internal=internal, parameter=parameter)
                sent.setdefault(parameter, []).append(id)
    return sent


def answered(sent: dict[str | None, list[str]], values: dict[str, Any]) -> dict[str, Any]:
    """The values of the parameters that the sent files answer, with those that were there; waits for their check."""
    by_parameter = {code: ids for code, ids in sent.items() if code is not None}
    uploads.wait_checked(door.asker(), [id for ids in by_parameter.values() for id in ids])
    return {code: [*(values.get(code) or []), *ids] for code, ids in by_parameter.items()}


def carries_files() -> bool:
    """Whether the form carries a file that is not empty."""
    return any(file.filename for name in request.files for file in request.files.getlist(name))


@tickets.post("/<uuid:ticket_id>/files")
@door.signed_in
def attach(ticket_id: str) -> BaseResponse:
    """Add the files of a form to the ticket."""
    try:
        sent = take_in(ticket_id)
    except Refused as refused:
        return show.shown(ticket_id, Trouble(refused=refused, where="files", typed=request.form))
    said = (
        gettext("Received; each file is checked before others can read it.") if sent else gettext("No file was chosen.")
    )
    return page.go(url_for("tickets.show", ticket_id=ticket_id, _anchor="files"), said)


@tickets.post("/<uuid:ticket_id>/uploads")
@door.signed_in
def begin(ticket_id: str) -> Response:
    """A script announces a file; where it sends each part."""
    asked = _json()
    parameter = str(asked.get("parameter") or "").removeprefix(PREFIX) or None
    size = asked.get("size")
    announced = uploads.Announced(
        str(asked.get("name") or "file"),
        size if isinstance(size, int) else 0,
        str(asked.get("content_type") or ""),
        asked.get("internal") is True,
        parameter,
    )
    key = asked.get("key")
    return jsonify(uploads.begin(door.asker(), ticket_id, announced, key=str(key)[:LONGEST_KEY] if key else None))


@blueprint.get("/uploads/<uuid:upload_id>")
@door.signed_in
def under_way(upload_id: str) -> Response:
    """A script goes on with an upload: which parts are there, and where it sends the others."""
    return jsonify(door.asker().get("attachments", f"/v1/uploads/{upload_id}"))


@blueprint.post("/uploads/<uuid:upload_id>/complete")
@door.signed_in
def complete(upload_id: str) -> Response:
    """A script has sent every part."""
    parts = [
        {"number": int(part["number"]), "etag": str(part["etag"])}
        for part in _json().get("parts", [])
        if "etag" in part
    ]
    return jsonify(uploads.finish(door.asker(), upload_id, parts))


@blueprint.get("/<uuid:attachment_id>/row")
@door.signed_in
def row(attachment_id: str) -> Response:
    """One file's row: how its check stands."""
    answer = door.asker().get("attachments", f"/v1/attachments/{attachment_id}")
    return page.render("client/_file.html", file=shapes.one(answer, Attachment))


@blueprint.get("/<uuid:attachment_id>")
@door.signed_in
def fetch(attachment_id: str) -> BaseResponse:
    """To the file itself, by an address that is good for a moment."""
    link = door.asker().send("POST", "attachments", f"/v1/attachments/{attachment_id}/link").body
    return redirect(str(link["url"]), 303)


@blueprint.get("/<uuid:attachment_id>/thumbnail")
@door.signed_in
def thumbnail(attachment_id: str) -> Response:
    """A small picture of a file that is one."""
    small = door.asker().raw("attachments", f"/v1/attachments/{attachment_id}/thumbnail", accept=PICTURE)
    return Response(small.content, content_type=PICTURE)


@blueprint.post("/<uuid:attachment_id>/remove")
@door.signed_in
def remove(attachment_id: str) -> BaseResponse:
    """Take a file out of its ticket."""
    ticket_id = request.form.get("ticket", "")
    try:
        door.asker().send("DELETE", "attachments", f"/v1/attachments/{attachment_id}", version="*")
    except Refused as refused:
        return show.shown(ticket_id, Trouble(refused=refused, where="files", typed=request.form))
    return page.go(url_for("tickets.show", ticket_id=ticket_id, _anchor="files"), gettext("The file is out."))


def _json() -> dict[str, Any]:
    found = request.get_json(silent=True)
    return found if isinstance(found, dict) else {}
