"""The views of the queue that an attendant saves under a name: kept, renamed, changed, removed."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import chosen, door, page
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.attendant.blueprint import blueprint
from services.portal.views.attendant.queue import Naming, table

FILTERS = "/v1/saved-filters"


@blueprint.post("/filters")
@door.needs_any("ticket.attend", "ticket.read_all")
def save_filter() -> BaseResponse:
    """Keep the view of the address under a name."""
    body = {"side": "attendant", "name": _name(), "query": chosen.read(request.args).query()}
    return _saved("POST", FILTERS, body, gettext("Saved: it is in the menu."))


@blueprint.post("/filters/<uuid:filter_id>")
@door.needs_any("ticket.attend", "ticket.read_all")
def change_filter(filter_id: str) -> BaseResponse:
    """Give a saved view its new name, and let it show what is shown now; or, asked so, keep that beside it."""
    if request.form.get("do") == "another":
        return save_filter()
    body = {"name": _name(), "query": chosen.read(request.args).query()}
    return _saved("PATCH", f"{FILTERS}/{filter_id}", body, gettext("Saved."), request.form.get("version"))


@blueprint.post("/filters/<uuid:filter_id>/remove")
@door.needs_any("ticket.attend", "ticket.read_all")
def drop_filter(filter_id: str) -> BaseResponse:
    """Remove a saved view; the tickets stay where they are."""
    try:
        door.asker().send("DELETE", "ticket", f"{FILTERS}/{filter_id}", version=request.form.get("version"))
    except Refused as refused:
        return _refused(refused)
    return page.go(url_for("attendant.queue"), gettext("The saved filter is gone."))


def _name() -> str:
    return request.form.get("name", "").strip()


def _saved(method: str, path: str, body: dict[str, Any], said: str, version: str | None = None) -> BaseResponse:
    key = request.form.get("key") if version is None else None
    try:
        kept = door.asker().send(method, "ticket", path, body, version=version, key=key).body
    except Refused as refused:
        return _refused(refused)
    return page.go(chosen.read({**kept["query"], "saved": kept["id"]}).address(), said)


def _refused(refused: Refused) -> BaseResponse:
    """The queue again with what was typed; what another window removed meanwhile is gone from the menu too."""
    texts = refused.fields.get("name") or [refused.text]
    return table(status=refused.status, naming=Naming(request.form.get("name", ""), texts))
