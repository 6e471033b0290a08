"""Other systems that are told of events."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, naming, page
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint


@blueprint.get("/webhooks")
@door.needs("webhooks.manage")
def webhooks() -> Response:
    """The webhooks, and the form for another."""
    return _page()


@blueprint.post("/webhooks")
@door.needs("webhooks.manage")
def make_webhook() -> Response:
    """Make one; its secret is shown this once."""
    body = {"url": request.form.get("url", "").strip(), "events": request.form.get("events", "").split()}
    try:
        made = door.asker().send("POST", "notify", "/v1/webhooks", body, key=request.form.get("key")).body
    except Refused as refused:
        return _page(refused)
    return _page(secret=str(made.get("secret") or ""))


@blueprint.post("/webhooks/<uuid:webhook_id>/<any(active, disabled):state>")
@door.needs("webhooks.manage")
def set_webhook(webhook_id: str, state: str) -> BaseResponse:
    """Let it work, or stop it."""
    version = request.form.get("version")
    try:
        door.asker().send("PATCH", "notify", f"/v1/webhooks/{webhook_id}", {"state": state}, version=version)
    except Refused as refused:
        return _page(refused)
    return page.go(url_for("admin.webhooks"), gettext("Saved."))


def _page(refused: Refused | None = None, secret: str = "") -> Response:
    ask = door.asker()
    found = page.gather(listed=lambda: ask.get("notify", "/v1/webhooks", limit=100))["listed"]
    rows = [{**each, "state_name": naming.webhook_state(each["state"])} for each in found["items"]]
    return frame.render("admin/webhooks.html", "webhooks", refused=refused, rows=rows, secret=secret)
