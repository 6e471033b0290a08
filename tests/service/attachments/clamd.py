"""A server that speaks clamd's protocol over TCP: VERSION, and INSTREAM with its bound, as clamd(8) tells them."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from services.attachments.rules.sniffing import EICAR

FRESH = "ClamAV 1.4.3/27500/%a %b %d %H:%M:%S %Y"
"""How clamd tells its version, for strftime with the day of its signatures."""


class Clamd:
    """Listens on a port and finds the test virus; `heard` is the content that it was sent last.

    `answer` is said instead of a verdict where a test gives one; `most` bytes are taken of a stream.
    """

    def __init__(self, answer: bytes | None = None, *, version: str = "ClamAV 1.4.3", most: int = 1 << 30) -> None:
        self.answer = answer
        self.version = version
        self.most = most
        self.heard = b""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"tcp://127.0.0.1:{self._listening.getsockname()[1]}"

    def file(self, content: bytes) -> BinaryIO:
        """A content to be scanned."""
        return io.BytesIO(content)

    @contextmanager
    def running(self) -> Iterator[Clamd]:
        """It answers for the length of a block."""
        self._thread.start()
        try:
            yield self
        finally:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._thread.join(timeout=5)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as read:
                line.sendall(self._answered(read))

    def _answered(self, read: BinaryIO) -> bytes:
        command = _until_zero(read)
        if command == b"zVERSION":
            return self.version.encode() + b"\0"
        if command != b"zINSTREAM":
            return b"UNKNOWN COMMAND\0"
        self.heard = b""
        while length := struct.unpack(">I", read.read(4))[0]:
            if len(self.heard) + length > self.most:
                return b"INSTREAM size limit exceeded. ERROR\0"
            self.heard += read.read(length)
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in self.heard else b"stream: OK\0"
        return verdict if self.answer is None else self.answer


def _until_zero(read: BinaryIO) -> bytes:
    found = b""
    while (sign := read.read(1)) not in (b"\0", b""):
        found += sign
    return found
