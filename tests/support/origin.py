"""An HTTP server for tests of clients: answers what a test says, in this process, on a free port."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent; header names in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; `hang_up` closes the connection without a word."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] | None = None
    hang_up: bool = False


@contextmanager
def origin(answer: Callable[[Request], Reply]) -> Iterator[str]:
    """The address of a server that answers by `answer`, while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 64 * 1024

        def _answer(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = msgspec.json.decode(data) if data else None
            reply = answer(Request(self.command, self.path, headers, body))
            if reply.hang_up:
                self.close_connection = True
                return
            sent = b"" if reply.body is None else msgspec.json.encode(reply.body)
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(sent)), **(reply.headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 (the names that the server looks up)

        def log_message(self, *_: object) -> None:
            """Tests say what went wrong themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
