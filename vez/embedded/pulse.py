"""Asking a process behind a unix socket how it is, with nothing but a socket: the supervisor imports little."""

from __future__ import annotations

import socket
from pathlib import Path

SECONDS = 1.0


def status(address: Path, path: str, seconds: float = SECONDS) -> int:
    """The HTTP status of a path; 0 where nobody answers within `seconds`."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(seconds)
        try:
            asking.connect(str(address))
            asking.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            answer = bytearray()
            while part := asking.recv(1024):
                answer += part
            return int(answer.split(b" ", 2)[1])
        except (OSError, ValueError, IndexError):
            return 0
