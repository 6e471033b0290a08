"""The delivery ledger: who was told what, by which channel, and what became of it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, naming, page, whom
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from services.portal.views.tickets import deeds

STATES: Final = ("queued", "sent", "failed", "suppressed", "parked")
CHANNELS: Final = ("in_app", "mail", "webhook", "chat")


@blueprint.get("/deliveries")
@door.needs("inbox.manage")
def deliveries() -> Response:
    """The ledger, narrowed by state, channel, recipient, ticket and event."""
    try:
        return _page(_sought())
    except Refused as refused:
        return _page({}, refused)


@blueprint.post("/deliveries/<uuid:delivery_id>/retry")
@door.needs("inbox.manage")
def retry_delivery(delivery_id: str) -> BaseResponse:
    """Send one again."""
    try:
        door.asker().send("POST", "notify", f"/v1/deliveries/{delivery_id}/retry", version="*")
    except Refused as refused:
        return _page(_sought(), refused)
    return page.go(url_for("admin.deliveries", **_said(_chosen())), gettext("It is sent again."))


def _page(sought: dict[str, str | None], refused: Refused | None = None) -> Response:
    ask, chosen = door.asker(), _chosen()
    plain = {name: chosen[name] for name in ("state", "channel", "event", "cursor")}
    found = page.gather(listed=lambda: ask.get("notify", "/v1/deliveries", limit=50, **plain, **sought))["listed"]
    part = request.headers.get("HX-Target") == "more"
    return frame.render(
        "admin/_deliveries.html" if part else "admin/deliveries.html",
        "deliveries",
        refused=refused,
        rows=[_row(each) for each in found["items"]],
        next_cursor=found.get("next_cursor"),
        chosen=chosen,
        narrowed=_said(chosen),
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
        "recipient": " ".join(asked.get("recipient", "").split())[:200] or None,
        "recipient_id": _id(asked.get("recipient_id", "")),
        "number": asked.get("number", "").strip()[:40] or None,
        "event": asked.get("event", "").strip()[:100] or None,
        "cursor": asked.get("cursor"),
    }


def _said(chosen: dict[str, str | None]) -> dict[str, Any]:
    """What narrows the ledger, as its address says it."""
    return {name: value for name, value in chosen.items() if value and name != "cursor"}


def _sought() -> dict[str, str | None]:
    """The recipient and the ticket that are meant, by their ids. Raises Refused where that is unclear."""
    chosen = _chosen()
    recipient, number = chosen["recipient"], chosen["number"]
    try:
        recipient_id = chosen["recipient_id"] or (whom.person(recipient, is_active=None) if recipient else None)
    except whom.Unclear as unclear:
        raise Refused(422, "invalid", str(unclear), "", {"recipient": [str(unclear)]}) from unclear
    return {"recipient_id": recipient_id, "ticket_id": deeds.find_ticket(number, "number") if number else None}


def _id(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


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
