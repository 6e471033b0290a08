"""The webhook's receiver of a drill: keeps what every message says that it is, and can lose an answer."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import msgspec

from vez.chaos.world import Called

EVENTS: Final = ("flow.stage_entered", "flow.finished")
"""What it hears of: something for every stage that a ticket is in."""


class _Data(msgspec.Struct):
    id: str


class _Message(msgspec.Struct):
    data: _Data


class HookServer:
    """Takes every message. `lies`: how many it took without an answer."""

    def __init__(self) -> None:
        self.taken: list[Called] = []
        self.lies = 0
        self._to_lose = 0
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """One message."""

            def do_POST(self) -> None:
                """Take it, and say so."""
                receiver._take(self)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="hook", daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def lose(self, answers: int) -> None:
        """Take the next messages, so many, and break off before saying so."""
        with self._lock:
            self._to_lose = answers

    @property
    def to_lose(self) -> int:
        """How many answers are still to be lost."""
        with self._lock:
            return self._to_lose

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        content = request.rfile.read(int(request.headers["Content-Length"]))
        event_id = msgspec.json.decode(content, type=_Message).data.id
        with self._lock:
            self.taken.append(Called(request.headers["webhook-id"], event_id))
            is_lost = self._to_lose > 0
            self._to_lose -= is_lost
            self.lies += is_lost
        if is_lost:
            request.close_connection = True
            return
        request.send_response(204)
        request.end_headers()
