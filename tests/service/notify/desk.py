"""Ticket, attachments and identity as mail that comes in meets them: each takes what it is sent, once a key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from shared.ids import new_id


@dataclass
class Desk:
    """Keeps what was done, by whom: (service, path, body, person). `refusals` answers a path's end by a problem."""

    done: list[tuple[str, str, Any, str]] = field(default_factory=list)
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    inactive: set[str] = field(default_factory=set)
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    fail_after: dict[str, int] = field(default_factory=dict)

    def transport(self, service: str, otherwise: Any) -> httpx.MockTransport:
        """What stands for a service; what is no writing goes to `otherwise`."""
        return httpx.MockTransport(lambda request: self._answer(service, request, otherwise))

    def bodies(self, end: str) -> list[Any]:
        """The bodies that came to paths with this end."""
        return [body for _, path, body, _ in self.done if path.endswith(end)]

    def _answer(self, service: str, request: httpx.Request, otherwise: Any) -> httpx.Response:
        path = request.url.path
        if path == "/v1/mail-tokens":
            person = msgspec.json.decode(request.content)["person_id"]
            if person in self.inactive:
                return httpx.Response(404, json={"detail": "No such person"})
            return httpx.Response(200, json={"access_token": f"as:{person}", "expires_in": 120})
        key = request.headers.get("Idempotency-Key")
        if key is None:
            answer: httpx.Response = otherwise(request)
            return answer
        return self._write(service, path, key, request)

    def _write(self, service: str, path: str, key: str, request: httpx.Request) -> httpx.Response:
        end = path.rpartition("/")[2]
        if self.fail_after.get(end, 1) == 0:
            return httpx.Response(503, json={"detail": "down"})
        if end in self.fail_after:
            self.fail_after[end] -= 1
        if end in self.refusals:
            status, detail = self.refusals[end]
            return httpx.Response(status, json={"detail": detail})
        if (path, key) not in self.answers:
            person = request.headers["Authorization"].removeprefix("Bearer as:")
            is_json = request.headers.get("Content-Type") == "application/json"
            body = msgspec.json.decode(request.content) if is_json else (dict(request.url.params), request.content)
            self.done.append((service, path, body, person))
            self.answers[path, key] = {"id": new_id()}
        return httpx.Response(201, json=self.answers[path, key])
