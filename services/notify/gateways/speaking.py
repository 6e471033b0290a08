"""Acting as who wrote a mail: at the public routes of ticket and attachments, by a token lent for it.

So the matrix, the turn and every read-only rule hold for a mail as for any other way in: this service decides none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from services.notify.rules.incoming import File
from shared.client import Services
from shared.errors import Retryable


@dataclass(frozen=True)
class Refused(Exception):
    """A service does not allow what the mail asks for; `text` says why in its writer's language."""

    status: int
    text: str


class Speaker:
    """One writer, for the length of one mail. Every call is keyed, so that the same again changes nothing."""

    def __init__(self, services: Services, person_id: str, mail_id: str, language: str) -> None:
        self._services = services
        self._person_id, self._mail_id = person_id, mail_id
        self._language = language
        self._token = ""

    def write(self, ticket_id: str, body: str, *, internal: bool) -> str:
        """Write a message; its id. Raises Refused, Retryable."""
        content = {"body": body, "visibility": "internal" if internal else "public"}
        return str(self._send("ticket", f"/v1/tickets/{ticket_id}/messages", "message", body=content)["id"])

    def draft(self, type: str, subject: str, description: str) -> str:
        """Open a draft; its id. Raises Refused, Retryable."""
        content = {"type": type, "subject": subject, "description": description, "submit": False}
        return str(self._send("ticket", "/v1/tickets", "draft", body=content)["id"])

    def submit(self, ticket_id: str) -> None:
        """Submit a draft. Raises Refused, Retryable."""
        self._send("ticket", f"/v1/tickets/{ticket_id}/submit", "submit", body={}, headers={"If-Match": "*"})

    def attach(self, ticket_id: str, number: int, file: File, *, message_id: str | None, internal: bool) -> None:
        """Add a file. Raises Refused, Retryable."""
        facts = {"name": file.name, "internal": "true" if internal else "false"}
        if message_id is not None:
            facts["message_id"] = message_id
        path = f"/v1/tickets/{ticket_id}/attachments?{urlencode(facts)}"
        headers = {"Content-Type": file.content_type}
        self._send("attachments", path, f"file-{number}", content=file.content, headers=headers)

    def _send(
        self, service: str, path: str, what: str, *, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> Any:
        known = {"Idempotency-Key": f"mail-{self._mail_id}-{what}", "Accept-Language": self._language}
        answer = self._services.send(
            "POST", service, path, token=self._lent(), headers={**known, **(headers or {})}, seconds=30.0, **sent
        )
        if answer.status_code == 401 or answer.status_code == 429 or answer.status_code >= 500:
            self._token = ""
            raise Retryable("The %(service)s service cannot answer now", service=service)
        found = _decoded(answer.content)
        if not answer.is_success:
            raise Refused(answer.status_code, _told(found))
        return found

    def _lent(self) -> str:
        """The token, asked for once. Raises NotFound for who may not act any more, Retryable."""
        if not self._token:
            asked = {"person_id": self._person_id, "mail_id": self._mail_id}
            self._token = str(self._services.post("identity", "/v1/mail-tokens", asked)["access_token"])
        return self._token


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content) if content else None
    except msgspec.DecodeError:
        return None


def _told(problem: Any) -> str:
    """A problem document as one sentence."""
    if not isinstance(problem, dict):
        return ""
    texts = [str(text) for found in (problem.get("errors") or {}).values() for text in found]
    return " ".join([str(problem.get("detail") or problem.get("title") or ""), *texts])[:500].strip()
