"""Mail that came in: what became of each, why, and trying again what is stuck."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, naming, page
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint

STATES: Final = ("waiting", "taken", "ignored", "refused", "parked")


@blueprint.get("/incoming")
@door.needs("inbox.manage")
def incoming() -> Response:
    """What came in, newest first, narrowed by what became of it."""
    return _page()


@blueprint.post("/incoming/<uuid:incoming_id>/retry")
@door.needs("inbox.manage")
def retry_incoming(incoming_id: str) -> BaseResponse:
    """Deal with one again."""
    try:
        door.asker().send("POST", "notify", f"/v1/incoming/{incoming_id}/retry", version="*")
    except Refused as refused:
        return _page(refused)
    return page.go(url_for("admin.incoming", state=_chosen()), gettext("It is tried again."))


def _page(refused: Refused | None = None) -> Response:
    ask, state, cursor = door.asker(), _chosen(), request.args.get("cursor")
    found = page.gather(
        listed=lambda: ask.get("notify", "/v1/incoming", state=state, cursor=cursor, limit=50),
    )["listed"]
    states = naming.incoming_states()
    part = request.headers.get("HX-Target") == "more"
    return frame.render(
        "admin/_incoming.html" if part else "admin/incoming.html",
        "incoming",
        refused=refused,
        rows=[_row(each, states) for each in found["items"]],
        next_cursor=found.get("next_cursor"),
        chosen=state,
        states=[(code, states[code]) for code in STATES],
    )


def _row(mail: dict[str, Any], states: dict[str, str]) -> dict[str, Any]:
    why = naming.incoming_reason(mail["reason"]) if mail["reason"] else None
    return {**mail, "became": states.get(mail["state"], mail["state"]), "why": why}


def _chosen() -> str | None:
    asked = request.args.get("state")
    return asked if asked in STATES else None
