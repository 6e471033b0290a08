"""A webhook's receiver on this machine, which can be told to fail in every way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """Keeps what it got: (headers, body). `answer` gets how many came before, and says the status (0: cut the line)."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[int], int] = lambda count: 204
    delay_seconds: float = 0.0
    drip: bool = False
    location: str = ""
    retry_after: str = ""
    port: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    @contextmanager
    def running(self) -> Iterator[Receiver]:
        """It answers for the length of a block."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """Takes what comes."""

            def do_POST(self) -> None:
                receiver.take(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def take(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one call."""
        content = request.rfile.read(int(request.headers["Content-Length"]))
        status = self.answer(len(self.got))
        self.got.append((dict(request.headers.items()), content))
        time.sleep(self.delay_seconds)
        if self.drip:
            self._drip(request)
        elif status == 0:
            request.connection.close()
        else:
            request.send_response(status)
            if self.location:
                request.send_header("Location", self.location)
            if self.retry_after:
                request.send_header("Retry-After", self.retry_after)
            request.end_headers()

    def _drip(self, request: BaseHTTPRequestHandler) -> None:
        try:
            for letter in b"HTTP/1.1 204 No Content\r\n" * 20:
                request.wfile.write(bytes([letter]))
                request.wfile.flush()
                time.sleep(0.1)
        except OSError:
            return
