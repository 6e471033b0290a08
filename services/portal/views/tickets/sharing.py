"""Letting somebody else see a ticket until a time, and taking back what was shared, related or entered."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page, typed
from services.portal.ask import Refused
from services.portal.sheet import Trouble
from services.portal.tongue import gettext
from services.portal.views.tickets import deeds, show
from services.portal.views.tickets.blueprint import blueprint


@blueprint.post("/<uuid:ticket_id>/shares")
@door.signed_in
def share(ticket_id: str) -> BaseResponse:
    """Let one person read the ticket and write in its discussion."""
    body: dict[str, Any] = {
        "person": request.form.get("person", "").strip(),
        "expires_at": typed.instant(request.form.get("expires_at", "")),
    }
    return deeds.command(ticket_id, "shares", body, gettext("Shared."), where="share", guarded=False)


@blueprint.post("/<uuid:ticket_id>/shares/<uuid:share_id>/end")
@door.signed_in
def unshare(ticket_id: str, share_id: str) -> BaseResponse:
    """End a share."""
    return _take_back(ticket_id, f"shares/{share_id}", gettext("It is no longer shared with them."))


@blueprint.post("/<uuid:ticket_id>/relations/<uuid:relation_id>/remove")
@door.signed_in
def unrelate(ticket_id: str, relation_id: str) -> BaseResponse:
    """Take a relation away."""
    return _take_back(ticket_id, f"relations/{relation_id}", gettext("They are not related any more."))


@blueprint.post("/<uuid:ticket_id>/time/<uuid:entry_id>/remove")
@door.signed_in
def remove_time(ticket_id: str, entry_id: str) -> BaseResponse:
    """Take back time that one entered oneself."""
    return _take_back(ticket_id, f"time-entries/{entry_id}", gettext("The time is taken back."))


def _take_back(ticket_id: str, part: str, said: str) -> BaseResponse:
    version = request.form.get("version")
    try:
        door.asker().send("DELETE", "ticket", f"/v1/tickets/{ticket_id}/{part}", version=version)
    except Refused as refused:
        return show.shown(ticket_id, Trouble(refused=refused, where=part, typed=request.form))
    return page.go(url_for("tickets.show", ticket_id=ticket_id), said)
