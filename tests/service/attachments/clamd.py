"""A scanner that speaks clamd's protocol and answers what a test says."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO


class Clamd:
    """Listens on a port; `heard` is the content that it was sent."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
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
            self._listening.close()
            self._thread.join(timeout=5)

    def _serve(self) -> None:
        line, _ = self._listening.accept()
        with line, line.makefile("rb") as read:
            assert read.read(10) == b"zINSTREAM\0"
            while length := struct.unpack(">I", read.read(4))[0]:
                self.heard += read.read(length)
            line.sendall(self.answer)
