"""People who send files whatever happens: every step is repeated until it is answered, with the same key."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final, Self

import httpx

from shared.ids import new_id
from tests.support.stack import PASSWORD

API: Final = "/api/attachments/v1"
PATIENCE_SECONDS: Final = 90.0
PAUSE_SECONDS: Final = 0.1
CALL_SECONDS: Final = 10.0
SLOW_SECONDS: Final = 600.0
TOKEN_SECONDS: Final = 300.0
DISPUTE: Final = {
    "type": "billing_dispute",
    "subject": "Com arquivos",
    "description": "Texto",
    "parameters": {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"},
    "submit": True,
}


@dataclass
class Senders:
    """Sends files to tickets of Ana's from several threads. A context manager: leaving it closes the connections."""

    url: str
    sent: dict[str, str] = field(default_factory=dict)
    """The id of each file that was completed, and the hash of what it holds."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=CALL_SECONDS, trust_env=False))
    _token: str = ""
    _signed_in_at: float = 0.0

    def __enter__(self) -> Self:
        self.sign_in()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def sign_in(self) -> None:
        """Ana signs in."""
        body = {"username": "ana@cliente.test", "password": PASSWORD}
        answer = self._until("POST", f"{self.url}/api/identity/v1/tokens", (200,), signed=False, json=body)
        self._token, self._signed_in_at = answer.json()["access_token"], time.monotonic()

    def _bearer(self) -> dict[str, str]:
        """The header of a call; a token lives for ten minutes."""
        if time.monotonic() - self._signed_in_at > TOKEN_SECONDS:
            self.sign_in()
        return {"Authorization": f"Bearer {self._token}"}

    def tickets(self, count: int) -> list[str]:
        """New tickets of Ana's; their ids."""
        path = f"{self.url}/api/ticket/v1/tickets"
        return [self._command(path, (200, 202), DISPUTE).json()["id"] for _ in range(count)]

    def send_all(self, tickets: Sequence[str], count: int, threads: int, meanwhile: Callable[[], None]) -> None:
        """Send so many files, `meanwhile` something happens to the system. Raises what a sender raised."""
        with ThreadPoolExecutor(threads) as pool:
            running = [pool.submit(self._send, tickets[n % len(tickets)], n) for n in range(count)]
            meanwhile()
            for each in running:
                each.result()

    def _send(self, ticket: str, number: int) -> None:
        content = content_of(number)
        id = self._streamed(ticket, number, content) if number % 4 == 0 else self._in_parts(ticket, number, content)
        with self._lock:
            self.sent[id] = hashlib.sha256(content).hexdigest()

    def _streamed(self, ticket: str, number: int, content: bytes) -> str:
        path = f"{self.url}{API}/tickets/{ticket}/attachments"
        headers = {"Idempotency-Key": new_id(), "Content-Type": "text/plain"}
        query = {"name": f"{number}.txt"}
        return str(self._until("POST", path, (202,), params=query, content=content, headers=headers).json()["id"])

    def _in_parts(self, ticket: str, number: int, content: bytes) -> str:
        body = {"ticket_id": ticket, "name": f"{number}.txt", "size": len(content), "content_type": "text/plain"}
        upload = self._command(f"{self.url}{API}/uploads", (201,), body).json()
        parts, at = [], 0
        for part in upload["parts"]:
            span = content[at : at + part["size"]]
            answer = self._until("PUT", part["url"], (200,), content=span, signed=False)
            parts.append({"number": part["number"], "etag": answer.headers["etag"]})
            at += part["size"]
        self._command(f"{self.url}{API}/uploads/{upload['id']}/complete", (202,), {"parts": parts})
        return str(upload["id"])

    def call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **sent: Any) -> httpx.Response:
        """One call, whatever comes of it."""
        signed = {**self._bearer(), **(headers or {})}
        return self._client.request(method, f"{self.url}{path}", headers=signed, timeout=SLOW_SECONDS, **sent)

    def stream(self, path: str) -> AbstractContextManager[httpx.Response]:
        """The answer to a GET, its body still to be read."""
        headers = self._bearer()
        return self._client.stream("GET", f"{self.url}{path}", headers=headers, timeout=SLOW_SECONDS)

    def listed(self, ticket: str) -> list[Any]:
        """A ticket's files as Ana sees them."""
        return list(
            self._until("GET", f"{self.url}{API}/tickets/{ticket}/attachments?limit=100", (200,)).json()["items"]
        )

    def _command(self, path: str, wanted: tuple[int, ...], body: Mapping[str, Any]) -> httpx.Response:
        return self._until("POST", path, wanted, json=body, headers={"Idempotency-Key": new_id()})

    def _until(
        self, method: str, address: str, wanted: tuple[int, ...], *, signed: bool = True, **sent: Any
    ) -> httpx.Response:
        """Call until the answer is one of those wanted. Raises AssertionError where it never is, or is a refusal."""
        headers = sent.pop("headers", {}) | (self._bearer() if signed else {})
        until, last = time.monotonic() + PATIENCE_SECONDS, "nothing"
        while time.monotonic() < until:
            try:
                answer = self._client.request(method, address, headers=headers, **sent)
            except httpx.TransportError as error:
                last = repr(error)
            else:
                if answer.status_code in wanted:
                    return answer
                last = f"{answer.status_code} {answer.text[:300]}"
                assert answer.status_code in (404, 409, 429) or answer.status_code >= 500, (method, address, last)
            time.sleep(PAUSE_SECONDS)
        raise AssertionError(f"{method} {address} was not answered: {last}")


def content_of(number: int) -> bytes:
    """What file `number` holds; every fifth holds the same as the one before it."""
    kind = number - 1 if number % 5 == 4 else number
    return b"".join(b"%06d %06d\n" % (kind, line) for line in range(8_000))
