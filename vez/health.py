"""`/livez`, `/readyz` and `/metrics` of a process that serves no HTTP otherwise: a worker."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from shared import telemetry

Check = Callable[[], str | None]
"""Says what is wrong, or None."""


class _Handler(BaseHTTPRequestHandler):
    server: Health
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        """Answer one of the three."""
        checks = {"/livez": self.server.live, "/readyz": self.server.ready}
        if self.path == "/metrics":
            self._send(200, telemetry.metrics(), "text/plain; version=0.0.4")
        elif self.path in checks:
            wrong = checks[self.path]()
            self._send(503 if wrong else 200, (wrong or "ok").encode(), "text/plain")
        else:
            self._send(404, b"not found", "text/plain")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """A probe every few seconds is no news."""

    def address_string(self) -> str:
        """A unix socket's peer has no address."""
        return "local"


class Health(ThreadingHTTPServer):
    """Answers in a thread of its own, at a host and port or at a unix socket."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int] | Path, live: Check, ready: Check) -> None:
        self.live = live
        self.ready = ready
        if isinstance(address, Path):
            self.address_family = socket.AF_UNIX
            address.unlink(missing_ok=True)
        super().__init__(str(address) if isinstance(address, Path) else address, _Handler)  # type: ignore[arg-type]

    def server_bind(self) -> None:
        """Bind, also where the port's last user has just ended; the parent's would look up the name of a host."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "vez", 0

    def start(self) -> None:
        """Begin to answer."""
        threading.Thread(target=self.serve_forever, name="health", daemon=True).start()


def of_worker(address: tuple[str, int] | Path, app: Any) -> Health:
    """The health of a worker's Celery application: alive while its consumer turns, ready once it consumes."""
    parts = app.vez

    def ready() -> str | None:
        return parts.life.wrong() if parts.ready.is_set() else "the worker does not consume yet"

    return Health(address, parts.life.wrong, ready)


def asked(address: Path, name: str) -> Check:
    """A check that asks the process behind a unix socket whether it is ready; `name` is said when it is not."""

    def check() -> str | None:
        try:
            with httpx.Client(transport=httpx.HTTPTransport(uds=str(address), verify=False), timeout=1) as client:
                answer = client.get("http://127.0.0.1/readyz")
        except httpx.TransportError:
            return name
        return None if answer.status_code == 200 else name

    return check
