"""The delivery ledger: who was told what, by which channel, and what became of it."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, naming, page
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint

STATES: Final = ("queued", "sent", "failed", "suppressed", "parked")
CHANNELS: Final = ("in_app", "mail", "webhook", "chat")


@blueprint.get("/deliveries")
@door.needs("inbox.manage")
def deliveries() -> Response:
    """The ledger, narrowed by state and channel."""
    return _page()


@blueprint.post("/deliveries/<uuid:delivery_id>/retry")
@door.needs("inbox.manage")
def retry_delivery(delivery_id: str) -> BaseResponse:
    """Send one again."""
    try:
        door.asker().send("POST", "notify", f"/v1/deliveries/{delivery_id}/retry", version="*")
    except Refused as refused:
        return _page(refused)
    return page.go(
        url_for("admin.deliveries", state=_chosen()["state"], channel=_chosen()["channel"]),
        gettext("It is sent again."),
    )


def _page(refused: Refused | None = None) -> Response:
    ask, chosen = door.asker(), _chosen()
    found = page.gather(listed=lambda: ask.get("notify", "/v1/deliveries", limit=50, **chosen))["listed"]
    part = request.headers.get("HX-Target") == "more"
    return frame.render(
        "admin/_deliveries.html" if part else "admin/deliveries.html",
        "deliveries",
        refused=refused,
        rows=[_row(each) for each in found["items"]],
        next_cursor=found.get("next_cursor"),
        chosen=chosen,
        states=list(_states().items()),
        channels=list(_channels().items()),
        called=_states() | _channels(),
    )


def _row(delivery: dict[str, Any]) -> dict[str, Any]:
    why = delivery["reason"]
    return {**delivery, "what": naming.telling(delivery["kind"]), "reason": naming.reason(why) if why else None}


def _chosen() -> dict[str, str | None]:
    asked = request.args
    return {
        "state": asked.get("state") if asked.get("state") in STATES else None,
        "channel": asked.get("channel") if asked.get("channel") in CHANNELS else None,
        "cursor": asked.get("cursor"),
    }


def _states() -> dict[str, str]:
    return {
        "queued": gettext("waiting"),
        "sent": gettext("sent"),
        "failed": gettext("failed, tried again"),
        "suppressed": gettext("not sent, on purpose"),
        "parked": gettext("given up"),
    }


def _channels() -> dict[str, str]:
    return {
        "in_app": gettext("in the portal"),
        "mail": gettext("e-mail"),
        "webhook": gettext("webhook"),
        "chat": gettext("chat"),
    }
