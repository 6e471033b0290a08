"""Working on a ticket: parameters, understanding and transition, sent as one form and carried out in order."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, drafting, page, request_form, sheet, speech
from services.portal.ask import Refused
from services.portal.controls import controls
from services.portal.shapes import Ticket
from services.portal.sheet import Trouble
from services.portal.tongue import gettext
from services.portal.views.tickets import deeds, files, show
from services.portal.views.tickets.blueprint import blueprint
from shared import clock
from shared.catalog import access, kinds
from shared.catalog.definitions import TypeVersion
from shared.catalog.parameters import Parameter


@blueprint.post("/<uuid:ticket_id>/work")
@door.signed_in
def work(ticket_id: str) -> BaseResponse:
    """Save what was filled, then write the understanding, then take the transition whose button was pressed.

    What is refused on the way stays as typed; what went before it is saved, and the page says so.
    """
    ticket = drafting.load_ticket(ticket_id)
    values = _values(ticket)
    transition = request.form.get("transition")
    try:
        values |= files.answered(files.take_in(ticket_id), values)
        version = _save(ticket, values)
        version = _understand(ticket_id, version)
        if transition:
            answer = _advance(ticket_id, transition, version)
            said = None if answer.is_pending else gettext("Done. The turn moved on.")
            return page.go(url_for("tickets.show", ticket_id=ticket_id), said)
    except Refused as refused:
        return show.shown(ticket_id, Trouble(refused=refused, where="work", typed=request.form, values=values))
    return page.go(url_for("tickets.show", ticket_id=ticket_id), gettext("Saved."))


@blueprint.post("/<uuid:ticket_id>/fields")
@door.signed_in
def fields(ticket_id: str) -> Response:
    """The parameters again after one on which others depend has changed: nothing is saved, nothing is judged."""
    ticket = drafting.load_ticket(ticket_id)
    version = _version(ticket)
    if version is None:
        return page.render("client/_inputs.html", inputs=[], again=None)
    values = dict(ticket.parameters) | _values(ticket)
    side = show.side_of(door.me(), ticket)
    cells = sheet.cells_with(ticket, version, side, values)
    drawn = controls(version, cells, values, speech.language())
    again = url_for("tickets.fields", ticket_id=ticket_id)
    return page.render("client/_inputs.html", inputs=[each for each in drawn if not each.read_only], again=again)


def _version(ticket: Ticket) -> TypeVersion | None:
    return door.versions().find(ticket.type.code, ticket.flow_version)


def _values(ticket: Ticket) -> dict[str, Any]:
    """What the person changed of the parameters that this side may edit in this stage, conditions aside."""
    version = _version(ticket)
    if version is None or not ticket.may("edit"):
        return {}
    code = ticket.stage.code if ticket.stage else version.flow.first
    side = show.side_of(door.me(), ticket)
    typed = request_form.typed_values(request.form, version, access.cells(version, code, side))
    shown = _shown()
    if shown is None:
        return typed
    known = version.parameter_by_code
    return {code: value for code, value in typed.items() if _as_kept(known[code], value) != shown.get(code)}


def _as_kept(parameter: Parameter, typed: Any) -> Any:
    """The value as it would be kept (an instant in UTC, a number with its decimals); what is refused is as typed."""
    try:
        return kinds.normal(parameter, typed, clock.now().date())
    except kinds.Refused:
        return typed


def _shown() -> dict[str, Any] | None:
    """The values that the form was drawn with: what was left as it was is no answer to what others wrote meanwhile.

    None where the form does not say.
    """
    try:
        shown = json.loads(request.form.get("shown", ""))
    except ValueError:
        return None
    return shown if isinstance(shown, dict) else None


def _save(ticket: Ticket, values: dict[str, Any]) -> int | str | None:
    """Send the values that differ from what is stored; the version from which to go on."""
    seen = "*" if files.carries_files() else request.form.get("version")
    changed = {code: value for code, value in values.items() if value != ticket.parameters.get(code)}
    if not changed:
        return seen
    return int(deeds.change(ticket.id, {"parameters": changed}, seen).body["version"])


def _understand(ticket_id: str, version: int | str | None) -> int | str | None:
    text = request.form.get("understanding", "").replace("\r\n", "\n").strip()
    if not text or text == request.form.get("understood", "").replace("\r\n", "\n").strip():
        return version
    body = {"body": text, "due_on": request.form.get("due_on") or None}
    door.asker().send("POST", "ticket", f"/v1/tickets/{ticket_id}/understandings", body)
    return int(drafting.load_ticket(ticket_id).version)


def _advance(ticket_id: str, transition: str, version: int | str | None) -> Any:
    comment = request.form.get(f"comment-{transition}", "").replace("\r\n", "\n").strip()
    return door.asker().send(
        "POST",
        "ticket",
        f"/v1/tickets/{ticket_id}/advance",
        {"transition": transition, "comment": comment or None},
        version=version,
        key=request.form.get("key"),
        wait=True,
    )
