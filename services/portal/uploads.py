"""Sending a form's files on to the object store, for browsers without scripts: the others send theirs themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import httpx
from werkzeug.datastructures import FileStorage

from services.portal.ask import Asker
from shared.errors import Retryable

TIMEOUT: Final = httpx.Timeout(60.0, connect=3.0)


def size_of(file: FileStorage) -> int:
    """How many bytes the form sent."""
    file.stream.seek(0, 2)
    size = file.stream.tell()
    file.stream.seek(0)
    return int(size)


def send_all(ask: Asker, ticket_id: str, files: Iterable[FileStorage], *, internal: bool = False) -> list[str]:
    """Upload the files that are none empty; their ids. Raises Refused, Retryable."""
    return [send(ask, ticket_id, file, internal=internal) for file in files if file.filename and size_of(file)]


def send(ask: Asker, ticket_id: str, file: FileStorage, *, internal: bool) -> str:
    """Upload one file in the parts that the attachments service names. Raises Refused, Retryable."""
    upload = begin(ask, ticket_id, str(file.filename), size_of(file), file.mimetype, internal=internal)
    parts = [_put(part, file) for part in sorted(upload["parts"], key=lambda each: each["number"])]
    finish(ask, upload["id"], parts)
    return str(upload["id"])


def begin(ask: Asker, ticket_id: str, name: str, size: int, content_type: str, *, internal: bool = False) -> Any:
    """Announce an upload; its id and where each part goes."""
    body = {
        "ticket_id": ticket_id,
        "name": name[-200:],
        "size": size,
        "content_type": content_type or "application/octet-stream",
    }
    return ask.send("POST", "attachments", "/v1/uploads", body | ({"internal": True} if internal else {})).body


def finish(ask: Asker, upload_id: str, parts: list[dict[str, Any]]) -> Any:
    """Say that every part is there; the attachment, which is checked before anyone can read it."""
    return ask.send("POST", "attachments", f"/v1/uploads/{upload_id}/complete", {"parts": parts}).body


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
