"""The virus scanner: clamd, by its own protocol over a socket (INSTREAM), with a deadline of ours."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import BinaryIO, Final, Protocol
from urllib.parse import urlsplit

from services.attachments.options import Options
from services.attachments.rules import reasons
from services.attachments.rules.reasons import Refused
from shared import clock, telemetry
from shared.errors import Retryable

PIECE: Final = 256 * 1024
CONNECT_SECONDS: Final = 3.0
ANSWER_BYTES: Final = 4096
log = telemetry.logger(__name__)


class Scanner(Protocol):
    """Looks for viruses."""

    def scan(self, content: BinaryIO, beat: Callable[[], None]) -> None:
        """Look through a content from its beginning. Raises Refused for a virus, Retryable where none can look."""


class NoScanner:
    """None was configured."""

    def scan(self, content: BinaryIO, beat: Callable[[], None]) -> None:
        """Nothing is looked for."""


class Clamd:
    """A clamd at a unix socket or a port."""

    def __init__(self, url: str, seconds: float) -> None:
        self._parts = urlsplit(url)
        self._seconds = seconds

    def scan(self, content: BinaryIO, beat: Callable[[], None]) -> None:
        """Send the content and read the verdict; what is no clear "clean" is never taken for one."""
        try:
            verdict = self._verdict(content, beat)
        except OSError as error:
            raise Retryable("The virus scanner cannot be reached now") from error
        if verdict.endswith("FOUND"):
            log.warning("virus_found", verdict=verdict)
            raise Refused(reasons.VIRUS)
        if "size limit exceeded" in verdict:
            raise Refused(reasons.TOO_LARGE_TO_SCAN)
        if verdict != "stream: OK":
            log.warning("scanner_answered_oddly", verdict=verdict)
            raise Retryable("The virus scanner cannot look through this now")

    def version(self) -> str:
        """What it says of itself and its signatures. Raises Retryable."""
        try:
            with self._connected() as line:
                line.sendall(b"zVERSION\0")
                return _answer(line, clock.monotonic() + CONNECT_SECONDS)
        except OSError as error:
            raise Retryable("The virus scanner cannot be reached now") from error

    def _verdict(self, content: BinaryIO, beat: Callable[[], None]) -> str:
        until = clock.monotonic() + self._seconds
        content.seek(0)
        with self._connected() as line:
            try:
                line.sendall(b"zINSTREAM\0")
                while piece := content.read(PIECE):
                    line.settimeout(_left(until))
                    line.sendall(struct.pack(">I", len(piece)) + piece)
                    beat()
                line.sendall(struct.pack(">I", 0))
            except (BrokenPipeError, ConnectionResetError):
                log.info("scanner_hung_up")  # over its size limit it answers and closes before the end
            return _answer(line, until)

    def _connected(self) -> socket.socket:
        if self._parts.scheme == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(CONNECT_SECONDS)
            line.connect(self._parts.path)
            return line
        return socket.create_connection((str(self._parts.hostname), self._parts.port or 3310), CONNECT_SECONDS)


def scanner_of(options: Options) -> Scanner:
    """The scanner that the options name."""
    return Clamd(options.clamd_url, options.clamd_timeout_seconds) if options.clamd_url else NoScanner()


def _answer(line: socket.socket, until: float) -> str:
    found = b""
    while not found.endswith(b"\0") and len(found) < ANSWER_BYTES:
        line.settimeout(_left(until))
        piece = line.recv(ANSWER_BYTES)
        if not piece:
            break
        found += piece
    return found.rstrip(b"\0\n").decode(errors="replace").strip()


def _left(until: float) -> float:
    left = until - clock.monotonic()
    if left <= 0:
        raise TimeoutError("the scanner takes too long")
    return left
