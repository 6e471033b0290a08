"""What a person was told, newest first."""

from __future__ import annotations

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page, shapes
from services.portal.ask import Refused
from services.portal.shapes import Notification
from services.portal.tongue import gettext
from services.portal.views.account.blueprint import blueprint


@blueprint.get("/notifications")
@door.signed_in
def notifications() -> Response:
    """The list, or its next rows where htmx asks for a part."""
    ask, cursor = door.asker(), request.args.get("cursor")
    found = page.gather(listed=lambda: ask.get("notify", "/v1/notifications", cursor=cursor))["listed"]
    part = request.headers.get("HX-Target") == "more"
    return page.render(
        "account/_told.html" if part else "account/notifications.html",
        told=shapes.several(found, Notification),
        next_cursor=found.get("next_cursor"),
    )


@blueprint.post("/notifications/<uuid:notification_id>/read")
@door.signed_in
def read(notification_id: str) -> BaseResponse:
    """Mark one as read and go to its ticket."""
    try:
        door.asker().send("POST", "notify", f"/v1/notifications/{notification_id}/read")
    except Refused as refused:
        if refused.status != 404:
            raise
    ticket = request.form.get("ticket", "")
    return page.go(url_for("tickets.show", ticket_id=ticket) if ticket else url_for("account.notifications"))


@blueprint.post("/notifications/read")
@door.signed_in
def read_all() -> BaseResponse:
    """Mark everything as read."""
    door.asker().send("POST", "notify", "/v1/notifications/read")
    return page.go(url_for("account.notifications"), gettext("Everything is marked as read."))
