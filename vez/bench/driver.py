"""Sending many requests over a Unix socket, straight to a server, and reading the clock."""

from __future__ import annotations

import http.client
import socket
import statistics
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from shared import clock


class Connection(http.client.HTTPConnection):
    """A kept connection to a server that listens on a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        """Open it."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send a request; status and decoded answer."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        self.request(method, path, None if body is None else msgspec.json.encode(body), sent)
        answer = self.getresponse()
        read = answer.read()
        return answer.status, msgspec.json.decode(read) if read else None


@dataclass(frozen=True, slots=True)
class Figures:
    """How fast something was."""

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, seconds: list[float], wall: float) -> Figures:
        """From the time of each call and of all."""
        ordered = sorted(seconds)

        def at(share: float) -> float:
            return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

        return cls(len(ordered) / wall, statistics.median(ordered) * 1000, at(0.95), at(0.99))


def measure(path: Path, count: int, concurrency: int, call: Callable[[Connection, int], None]) -> Figures:
    """`count` calls by `concurrency` threads, each on its own connection."""
    taken: list[float] = []
    lock = threading.Lock()
    numbers = iter(range(count))

    def work() -> None:
        connection = Connection(path)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                connection.close()
                return
            began = clock.monotonic()
            call(connection, number)
            taken.append(clock.monotonic() - began)

    threads = [threading.Thread(target=work) for _ in range(concurrency)]
    began = clock.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Figures.of(taken, clock.monotonic() - began)
