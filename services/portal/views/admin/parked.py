"""Events that could not be handled: of every service, each to be tried again or given up."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, office, page
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from shared.errors import Retryable


@blueprint.get("/parked")
@door.needs("inbox.manage")
def parked() -> Response:
    """The events that wait for a person, newest first, and the services that could not be asked."""
    return _page()


@blueprint.post("/parked/<service>/<uuid:event_id>/<any(retry, discard):deed>")
@door.needs("inbox.manage")
def work_off(service: str, event_id: str, deed: str) -> BaseResponse:
    """Try it again, or give it up."""
    if service not in office.SERVICES:
        abort(404)
    try:
        door.asker().send("POST", service, f"/v1/parked/{event_id}/{deed}", version="*", key=request.form.get("key"))
    except Refused as refused:
        return _page(refused)
    said = gettext("It is tried again.") if deed == "retry" else gettext("It is given up.")
    return page.go(url_for("admin.parked"), said)


def _page(refused: Refused | None = None) -> Response:
    found = page.gather(**{service: lambda service=service: _ask(service) for service in office.SERVICES})
    events = [each for service in office.SERVICES for each in found[service] or []]
    return frame.render(
        "admin/parked.html",
        "parked",
        refused=refused,
        events=sorted(events, key=lambda each: str(each["received_at"]), reverse=True),
        silent=[service for service in office.SERVICES if found[service] is None],
    )


def _ask(service: str) -> list[dict[str, Any]] | None:
    try:
        answer = door.asker().get(service, "/v1/parked", limit=100)
    except (Retryable, Refused):
        return None
    return [{**each, "service": service} for each in answer["items"]]
