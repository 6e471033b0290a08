"""Sending a form's files on to the object store, for browsers without scripts: the others send theirs themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import httpx
from werkzeug.datastructures import FileStorage

from services.portal.ask import Asker
from shared import clock
from shared.errors import Retryable

TIMEOUT: Final = httpx.Timeout(60.0, connect=3.0)
LONGEST_NAME: Final = 200
CHECKS: Final = 20
PAUSE_SECONDS: Final = 0.25


def size_of(file: FileStorage) -> int:
    """How many bytes the form sent."""
    file.stream.seek(0, 2)
    size = file.stream.tell()
    file.stream.seek(0)
    return int(size)


def send(ask: Asker, ticket_id: str, file: FileStorage, *, internal: bool, parameter: str | None) -> str:
    """Upload one file in the parts that the attachments service names; its id. Raises Refused, Retryable."""
    announced = Announced(str(file.filename), size_of(file), file.mimetype, internal, parameter)
    upload = begin(ask, ticket_id, announced)
    parts = [_put(part, file) for part in sorted(upload["parts"], key=lambda each: each["number"])]
    finish(ask, upload["id"], parts)
    return str(upload["id"])


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that is to be sent. `parameter`: the one of kind file that it answers."""

    name: str
    size: int
    content_type: str = ""
    internal: bool = False
    parameter: str | None = None


def begin(ask: Asker, ticket_id: str, file: Announced, key: str | None = None) -> Any:
    """Announce an upload; its id and where each part goes. The same `key` begins one. Raises Refused, Retryable."""
    body = {
        "ticket_id": ticket_id,
        "name": file.name[-LONGEST_NAME:],
        "size": file.size,
        "content_type": file.content_type[:255],
        "internal": file.internal,
        "parameter": file.parameter,
    }
    return ask.send("POST", "attachments", "/v1/uploads", body, key=key).body


def finish(ask: Asker, upload_id: str, parts: list[dict[str, Any]]) -> Any:
    """Say that every part is there; the attachment, which is checked before anyone can read it."""
    return ask.send("POST", "attachments", f"/v1/uploads/{upload_id}/complete", {"parts": parts}).body


def wait_checked(ask: Asker, ids: list[str]) -> None:
    """Wait a while until these files are checked: a parameter takes only those that are."""
    for _ in range(CHECKS):
        states = {ask.get("attachments", f"/v1/attachments/{each}")["state"] for each in ids}
        if not states & {"uploading", "checking"}:
            return
        clock.sleep(PAUSE_SECONDS)


def _put(part: dict[str, Any], file: FileStorage) -> dict[str, Any]:
    content = file.stream.read(int(part["size"]))
    try:
        with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
            answer = client.put(part["url"], content=content)
    except httpx.TransportError as error:
        raise Retryable("The object store cannot be reached now") from error
    if not answer.is_success:
        raise Retryable("The object store did not take the file")
    return {"number": part["number"], "etag": answer.headers.get("ETag", "").strip('"')}
