"""A draft: a request that is still being written, kept by itself while its author types."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from flask import Response, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, drafting, formats, own_templates, page, request_form, shapes
from services.portal.ask import Answer, Refused
from services.portal.shapes import Ticket
from services.portal.sheet import Trouble
from services.portal.tongue import gettext
from services.portal.views.tickets import deeds, files, show
from services.portal.views.tickets.blueprint import blueprint
from shared import clock
from shared.catalog.definitions import TypeVersion

Version: TypeAlias = int | str | None
MOST_AGAIN: Final = 4


@blueprint.post("/<uuid:ticket_id>/draft")
@door.needs_any("portal.client_online", "ticket.open_for")
def save_draft(ticket_id: str) -> BaseResponse:
    """Save the draft, submit it, discard it, or keep it as a template too, by the button that was pressed."""
    do = request.form.get("do", "save")
    if do == "discard":
        return deeds.command(ticket_id, "cancel", None, gettext("The draft is discarded."), where="request")
    ticket = drafting.load_ticket(ticket_id)
    body = drafting.body_of(_version(ticket))
    try:
        changed = _change(ticket_id, body)
        if do == "keep":
            own_templates.keep(ticket.type.code, body)
            return page.go(url_for("tickets.show", ticket_id=ticket_id), gettext("The template is kept."))
        if do == "remove":
            own_templates.remove()
            return page.go(url_for("tickets.show", ticket_id=ticket_id), gettext("The template is removed."))
    except Refused as refused:
        return _again(ticket_id, refused, body["parameters"])
    return with_files(changed, body["parameters"], submits=do == "submit")


def with_files(draft: Ticket, values: dict[str, Any], *, submits: bool) -> BaseResponse:
    """Take in the form's files and then, where it is to be sent, submit the draft."""
    try:
        answers = files.answered(files.take_in(draft.id), values)
        if answers:
            draft = shapes.one(deeds.change(draft.id, {"parameters": answers}, "*").body, Ticket)
        if submits:
            _unless_rewritten(draft.id, draft.written, draft.version, lambda version: _submit(draft.id, version))
    except Refused as refused:
        return _again(draft.id, refused, values)
    return page.go(url_for("tickets.show", ticket_id=draft.id), drafting.said(submits, draft))


def _change(ticket_id: str, body: dict[str, Any]) -> Ticket:
    seen, version = request.form.get("written", ""), request.form.get("version")
    answer = _unless_rewritten(ticket_id, seen, version, lambda now: deeds.change(ticket_id, body, now))
    return shapes.one(answer.body, Ticket)


def _submit(ticket_id: str, version: Version) -> Answer:
    path, key = f"/v1/tickets/{ticket_id}/submit", request.form.get("key")
    return door.asker().send("POST", "ticket", path, version=version, key=key, wait=True)


def _unless_rewritten(ticket_id: str, written: str, version: Version, act: Callable[[Version], Answer]) -> Answer:
    """Act on `version`, and on later ones while the draft says what it said: a file's check raises the version too."""
    for _ in range(MOST_AGAIN):
        try:
            return act(version)
        except Refused as refused:
            now = drafting.load_ticket(ticket_id) if refused.status == HTTPStatus.PRECONDITION_FAILED else None
            if now is None or now.written != written:
                raise
            version = now.version
    return act(version)


def _again(ticket_id: str, refused: Refused, values: dict[str, Any]) -> Response:
    return show.shown(ticket_id, Trouble(refused=refused, where="request", typed=request.form, values=values))


@blueprint.post("/<uuid:ticket_id>/draft/fields")
@door.needs_any("portal.client_online", "ticket.open_for")
def draft_fields(ticket_id: str) -> Response:
    """A draft's parameters again after one on which others depend has changed."""
    ticket = drafting.load_ticket(ticket_id)
    version = _version(ticket)
    form = drafting.refilled(drafting.whose(ticket), ticket.type.code, version, drafting.body_of(version), None)
    again = url_for("tickets.draft_fields", ticket_id=ticket_id)
    return page.render("client/_fields.html", form=form, fields_from=again)


@blueprint.post("/draft")
@door.needs_any("ticket.open", "ticket.open_for")
def keep_draft() -> Response:
    """Keep what is being typed: a new draft the first time, the same one after. What a rule refuses waits for later."""
    ticket_id, code = request.form.get("ticket", ""), request.form.get("type", "")
    version = _version(drafting.load_ticket(ticket_id)) if ticket_id else _newest(code, request.form.get("client"))
    body = drafting.body_of(version)
    try:
        kept = _keep(ticket_id, code, body)
    except Refused as refused:
        wrong = {name.partition(".")[0] for name in request_form.named(refused.fields)}
        if refused.status != 422 or not wrong:
            raise
        right = {name: value for name, value in body["parameters"].items() if name not in wrong}
        kept = _keep(ticket_id, code, body | {"parameters": right})
    return jsonify(
        id=kept.id,
        version=kept.version,
        written=kept.written,
        said=gettext("Draft saved at %(time)s", time=formats.clock_time(clock.now())),
        action=url_for("tickets.save_draft", ticket_id=kept.id),
        page=url_for("tickets.show", ticket_id=kept.id),
        uploads=url_for("tickets.begin", ticket_id=kept.id),
    )


def _keep(ticket_id: str, code: str, body: dict[str, Any]) -> Ticket:
    if ticket_id:
        return _change(ticket_id, body)
    extra = {"client": request.form.get("client"), "created_from": request.form.get("from")}
    whole = {"type": code, **body, "submit": False} | {name: value for name, value in extra.items() if value}
    answer = door.asker().send("POST", "ticket", "/v1/tickets", whole, key=f"{request.form.get('key')}-draft")
    return shapes.one(answer.body, Ticket)


def _newest(code: str, client: str | None) -> TypeVersion:
    offer = drafting.load_offer(code, client)
    return drafting.load_version(offer.code, offer.version)


def _version(ticket: Ticket) -> TypeVersion:
    return drafting.load_version(ticket.type.code, ticket.flow_version)
