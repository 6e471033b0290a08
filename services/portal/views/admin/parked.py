"""Events that could not be handled: of every service, each to be tried again or given up."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, abort, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, office, page
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from shared.errors import Retryable

MOST: Final = 100
_NONE: Final[dict[str, Any]] = {"items": [], "next_cursor": None}


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
    events = [each for service in office.SERVICES for each in (found[service] or _NONE)["items"]]
    more = {service: cursor for service in office.SERVICES if (cursor := (found[service] or _NONE)["next_cursor"])}
    return frame.render(
        "admin/parked.html",
        "parked",
        refused=refused,
        events=sorted(events, key=lambda each: str(each["received_at"]), reverse=True),
        older=url_for("admin.parked", **{f"after_{service}": cursor for service, cursor in more.items()})
        if more
        else None,
        silent=[service for service in office.SERVICES if found[service] is None],
    )


def _ask(service: str) -> dict[str, Any] | None:
    """A service's parked events, those after the cursor that the address has for it; None where it does not answer.

    Of a page of older ones, only the services that have more are asked.
    """
    cursors = {name: request.args.get(f"after_{name}") for name in office.SERVICES}
    if any(cursors.values()) and not cursors[service]:
        return dict(_NONE)
    try:
        answer = door.asker().get(service, "/v1/parked", limit=MOST, cursor=cursors[service])
    except (Retryable, Refused):
        return None
    return {**answer, "items": [{**each, "service": service} for each in answer["items"]]}
