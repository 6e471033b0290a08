"""Sending a file as a page does: announced, each part put to its address, completed."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from vez.chaos.client import Caller, Command
from vez.http import Unreachable
from vez.replay.api import Session

UPLOADS: Final = "/api/attachments/v1/uploads"
KIND: Final = "text/plain"


def send(caller: Caller, by: Session, ticket_id: str, key: str, content: bytes) -> None:
    """Send `content` to a ticket. What breaks off on the way is an upload that was never completed."""
    body = {"ticket_id": ticket_id, "name": f"{key}.txt", "size": len(content), "content_type": KIND}
    upload = caller.send(by, Command(f"{key}-announced", "upload", UPLOADS, body, ticket_id))
    if upload is None:
        return
    parts = _put(caller, upload["parts"], content)
    if parts is not None:
        path = f"{UPLOADS}/{upload['id']}/complete"
        caller.send(by, Command(f"{key}-completed", "complete", path, {"parts": parts}, ticket_id))


def _put(caller: Caller, parts: Any, content: bytes) -> list[dict[str, Any]] | None:
    """Put each part to its address, which is signed for this origin; the tags that the store gave them."""
    tags, at = [], 0
    for part in parts:
        address = urlsplit(part["url"])
        try:
            piece = content[at : at + part["size"]]
            answer = caller.origin.send("PUT", f"{address.path}?{address.query}", body=piece)
        except Unreachable:
            return None
        if not answer.ok:
            return None
        tags.append({"number": part["number"], "etag": answer.headers["etag"].strip('"')})
        at += part["size"]
    return tags
