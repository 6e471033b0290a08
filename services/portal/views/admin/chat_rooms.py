"""Chat rooms that are told of requests: made, changed, tried, stopped and removed."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, naming, page, speech
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from shared.catalog.definitions import text_in

KINDS: Final = (
    "queue_turn",
    "your_turn",
    "approve",
    "third_party_turn",
    "stage",
    "deadline_near",
    "deadline_missed",
    "finished",
    "fallback",
)
"""What a room may be told of, in the order in which the form asks."""
FIRST: Final = ("queue_turn", "deadline_near", "deadline_missed")
"""What the form of another one has chosen."""


@blueprint.get("/chat-rooms")
@door.needs("webhooks.manage")
def chat_rooms() -> Response:
    """The rooms, and the form for another."""
    return _page()


@blueprint.post("/chat-rooms")
@door.needs("webhooks.manage")
def make_chat_room() -> BaseResponse:
    """Make one."""
    try:
        door.asker().send("POST", "notify", "/v1/chat-rooms", _typed(), key=request.form.get("key"))
    except Refused as refused:
        return _page(refused)
    return page.go(url_for("admin.chat_rooms"), gettext("Saved. Send it a test message."))


@blueprint.get("/chat-rooms/<uuid:room_id>")
@door.needs("webhooks.manage")
def chat_room(room_id: str) -> Response:
    """One room, to change."""
    return _room_page(room_id)


@blueprint.post("/chat-rooms/<uuid:room_id>")
@door.needs("webhooks.manage")
def change_chat_room(room_id: str) -> BaseResponse:
    """Change it; an address that is left empty stays as it is."""
    changes = {name: value for name, value in _typed().items() if name != "url" or value}
    return _changed(room_id, changes)


@blueprint.post("/chat-rooms/<uuid:room_id>/<any(active, disabled):state>")
@door.needs("webhooks.manage")
def set_chat_room(room_id: str, state: str) -> BaseResponse:
    """Let it be told, or stop it."""
    return _changed(room_id, {"state": state})


@blueprint.post("/chat-rooms/<uuid:room_id>/test")
@door.needs("webhooks.manage")
def try_chat_room(room_id: str) -> BaseResponse:
    """Send a test message and say what came of it."""
    try:
        tried = door.asker().send("POST", "notify", f"/v1/chat-rooms/{room_id}/test").body
    except Refused as refused:
        return _room_page(room_id, refused)
    if not tried["sent"]:
        text = gettext("The test message did not arrive: %(reason)s", reason=tried["reason"])
        return _room_page(room_id, trouble=text)
    return page.go(url_for("admin.chat_room", room_id=room_id), gettext("The test message arrived."))


@blueprint.post("/chat-rooms/<uuid:room_id>/remove")
@door.needs("webhooks.manage")
def remove_chat_room(room_id: str) -> BaseResponse:
    """Remove it."""
    try:
        path, version = f"/v1/chat-rooms/{room_id}", request.form.get("version")
        door.asker().send("DELETE", "notify", path, version=version)
    except Refused as refused:
        return _room_page(room_id, refused)
    return page.go(url_for("admin.chat_rooms"), gettext("Removed."))


def _changed(room_id: str, changes: dict[str, Any]) -> BaseResponse:
    try:
        path, version = f"/v1/chat-rooms/{room_id}", request.form.get("version")
        door.asker().send("PATCH", "notify", path, changes, version=version)
    except Refused as refused:
        return _room_page(room_id, refused)
    return page.go(url_for("admin.chat_room", room_id=room_id), gettext("Saved."))


def _typed() -> dict[str, Any]:
    """What the form says."""
    form = request.form
    return {
        "name": form.get("name", "").strip(),
        "url": form.get("url", "").strip(),
        "kinds": [kind for kind in KINDS if kind in form.getlist("kinds")],
        "queue": form.get("queue") or None,
        "language": form.get("language", ""),
    }


def _page(refused: Refused | None = None) -> Response:
    ask = door.asker()
    found = page.gather(
        listed=lambda: ask.get("notify", "/v1/chat-rooms", limit=100),
        queues=lambda: ask.get("workflow", "/v1/queues", limit=100),
    )
    shown = _typed() if refused else {"name": "", "url": "", "kinds": FIRST, "queue": "", "language": speech.language()}
    return frame.render(
        "admin/chat_rooms.html",
        "chat_rooms",
        refused=refused,
        rows=[_row(each, _queues(found)) for each in found["listed"]["items"]],
        shown=shown,
        **_choices(found),
    )


def _room_page(room_id: str, refused: Refused | None = None, trouble: str = "") -> Response:
    ask = door.asker()
    found = page.gather(
        room=lambda: ask.get("notify", f"/v1/chat-rooms/{room_id}"),
        queues=lambda: ask.get("workflow", "/v1/queues", limit=100),
    )
    room = found["room"]
    return frame.render(
        "admin/chat_room.html",
        "chat_rooms",
        refused=refused,
        room=_row(room, _queues(found)),
        shown=_typed() if refused and "name" in request.form else {**room, "url": ""},
        trouble=trouble,
        **_choices(found),
    )


def _choices(found: dict[str, Any]) -> dict[str, Any]:
    """What the form lets one choose."""
    queues = [("", gettext("of every queue")), *_queues(found).items()]
    return {"kinds": [(kind, naming.telling(kind)) for kind in KINDS], "queues": queues}


def _queues(found: dict[str, Any]) -> dict[str, str]:
    language = speech.language()
    return {each["code"]: text_in(each["names"], language) or each["code"] for each in found["queues"]["items"]}


def _row(room: dict[str, Any], queues: dict[str, str]) -> dict[str, Any]:
    told = [naming.telling(kind) for kind in KINDS if kind in room["kinds"]]
    queue = queues.get(room["queue"], room["queue"]) if room["queue"] else ""
    return {**room, "told": told, "queue_name": queue, "state_name": naming.webhook_state(room["state"])}
