"""A small keep-alive HTTP client for the commands that talk to a running system: `replay` and the benchmark.

On two cores the client shares the machine with what it drives, so its own cost is part of every figure: a request takes
about 0.1 ms of CPU here, 0.7 ms with httpx. One kept connection a thread, the standard library's parser, nothing else.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

import msgspec

TIMEOUT_SECONDS: Final = 30.0
_STALE: Final = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)

T = TypeVar("T")


class Unreachable(Exception):
    """Nothing answered: nobody listens, the connection broke, or it took too long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as plain data. Raises msgspec.DecodeError."""
        return msgspec.json.decode(self.body) if self.body else None

    def read(self, type: type[T]) -> T:
        """The body as a Struct, what it does not name left out. Raises msgspec.DecodeError."""
        return msgspec.json.decode(self.body, type=type)


class Origin:
    """One origin (`http://host:port/prefix`), with a kept connection for each thread that sends to it.

    A context manager: leaving it closes the connections of all threads.
    """

    def __init__(self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Raises ValueError where `url` is not an http or https address."""
        parts = urlsplit(url.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is not an address such as http://127.0.0.1:8000")
        self.url = url.rstrip("/")
        self._prefix = parts.path
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port = parts.hostname, parts.port
        self._timeout = timeout_seconds
        self._local = threading.local()
        self._open_ones: set[http.client.HTTPConnection] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send and read the whole answer. Raises Unreachable.

        A kept connection that the server has closed meanwhile is opened again once; whoever sends what must not
        happen twice gives an Idempotency-Key.
        """
        kept = getattr(self._local, "connection", None)
        try:
            if kept is None:
                return self._exchange(self._open(), method, path, body, headers)
            try:
                return self._exchange(kept, method, path, body, headers)
            except _STALE:
                return self._exchange(self._open(), method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            raise Unreachable(f"{self.url} does not answer: {error or type(error).__name__}") from error

    def close(self) -> None:
        """Close the connections of all threads; none may be sending."""
        while self._open_ones:
            self._open_ones.pop().close()
        self._local = threading.local()

    def _drop(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._open_ones.discard(connection)
            self._local.connection = None

    def _open(self) -> http.client.HTTPConnection:
        self._drop()
        connection: http.client.HTTPConnection = self._kind(self._host, self._port, timeout=self._timeout)
        self._open_ones.add(connection)
        self._local.connection = connection
        return connection

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        connection.request(method, self._prefix + path, body, dict(headers or {}))
        response = connection.getresponse()
        read = response.read()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, read)
