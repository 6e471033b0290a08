"""The whole of Vez as a process, on a folder and a port of its own; ended by its own pid."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from shared.ids import new_id
from tests.support.processes import end, free_port, start
from tests.support.waiting import wait_until

PASSWORD = "vez-demo"
FRESH_SECONDS = 600
"""How long a token is used; it ends after 900 s."""


class Stack:
    """A running system, and its people's tokens."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.client = httpx.Client(base_url=url, timeout=20)
        self._tokens: dict[str, tuple[str, float]] = {}

    def bearer(self, who: str) -> dict[str, str]:
        """The Authorization header of a demo person (the e-mail's first part: ana, bruno, admin …)."""
        token, since = self._tokens.get(who, ("", 0.0))
        if not token or time.monotonic() - since > FRESH_SECONDS:
            domain = {"admin": "vez.test"} | dict.fromkeys(("bruno", "carla", "davi", "eva"), "atende.test")
            name = f"{who}@{domain.get(who, 'cliente.test')}"
            answer = self.client.post("/api/identity/v1/tokens", json={"username": name, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            token = answer.json()["access_token"]
            self.is_signed_in(who, token)
        return {"Authorization": f"Bearer {token}"}

    def is_signed_in(self, who: str, token: str) -> None:
        """Somebody has this access token; also somebody who is not of the demonstration."""
        self._tokens[who] = (token, time.monotonic())

    def get(self, who: str, path: str, **params: str) -> Any:
        """The JSON of a GET that must be 200."""
        answer = self.client.get(path, params=params, headers=self.bearer(who))
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def post(
        self, who: str, path: str, body: Any, *, wait: int = 0, match: Any = None, key: str = ""
    ) -> httpx.Response:
        """The answer of a POST."""
        headers = self.bearer(who) | {"Idempotency-Key": key or new_id()}
        if wait:
            headers["Prefer"] = f"wait={wait}"
        if match is not None:
            headers["If-Match"] = match if match == "*" else f'"{match}"'
        return self.client.post(path, json=body, headers=headers)

    def put(self, who: str, path: str, body: Any, *, match: str = "*") -> httpx.Response:
        """The answer of a PUT."""
        return self.client.put(path, json=body, headers=self.bearer(who) | {"If-Match": match})

    def ticket(self, who: str, id: str) -> Any:
        """A ticket as somebody sees it."""
        return self.get(who, f"/api/ticket/v1/tickets/{id}")

    def routed(self, who: str, id: str) -> Any:
        """A ticket, once nothing of it is pending."""

        def settled() -> Any:
            ticket = self.ticket(who, id)
            return None if ticket["pending"] else ticket

        return wait_until(settled, f"ticket {id} to be routed")

    def submit(self, who: str, type: str, parameters: Any, subject: str = "Um pedido", **more: Any) -> Any:
        """Open and submit a ticket; it comes back routed."""
        body = {"type": type, "subject": subject, "description": "Texto", "parameters": parameters, "submit": True}
        answer = self.post(who, "/api/ticket/v1/tickets", body | more)
        assert answer.status_code == 202, answer.text
        return self.routed(who, answer.json()["id"])

    def act(self, who: str, id: str, action: str, body: Any = None) -> Any:
        """Do something with a ticket as it is now, and wait for the outcome: 200 with the ticket."""
        answer = self.post(who, f"/api/ticket/v1/tickets/{id}/{action}", body or {}, wait=10, match="*")
        assert answer.status_code == 200, (action, answer.status_code, answer.text)
        return answer.json()

    def mail(self) -> list[Any]:
        """What the mail sink has."""
        answer = self.client.get("/dev/mail", headers={"Accept": "application/json"})
        return list(answer.json()["items"])


def command(*arguments: str) -> list[str]:
    """A call of the vez command."""
    return [str(Path(sys.executable).parent / "vez"), *arguments]


@contextmanager
def running(**env: str) -> Iterator[Stack]:
    """`vez up` with its demo, on a new folder, for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="vez-stack-", ignore_cleanup_errors=True) as place:
        folder, port = Path(place), free_port()
        log = folder / "up.log"
        with log.open("w") as out:
            process = start(command("up", "--data", str(folder / "data"), "--port", str(port)), env=env, log=out)
        stack = Stack(f"http://127.0.0.1:{port}", folder)

        def ready() -> bool:
            if process.poll() is not None:
                raise AssertionError(f"vez up ended:\n{log.read_text()}")
            try:
                return stack.client.get("/readyz", timeout=2).status_code == 200
            except httpx.TransportError:
                return False

        try:
            wait_until(ready, "vez up to be ready", seconds=120, every=0.1)
            yield stack
        finally:
            stack.client.close()
            end(process)
            _keep_logs(folder)


def _keep_logs(folder: Path) -> None:
    """Where VEZ_TEST_LOGS names a folder, the logs of a stack are kept there."""
    kept = os.environ.get("VEZ_TEST_LOGS")
    if kept:
        for log in (folder / "data" / "log").glob("*.log"):
            target = Path(kept) / folder.name
            target.mkdir(parents=True, exist_ok=True)
            (target / log.name).write_bytes(log.read_bytes())
