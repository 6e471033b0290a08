"""The mail server of a drill: keeps the Message-ID of everything that it took, and can be made to lie."""

from __future__ import annotations

import asyncio
import threading
from email.parser import BytesHeaderParser
from typing import Any, Final, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from vez.chaos import spawn

Mood = Literal["honest", "hangs_up", "denies"]
PARSER: Final = BytesHeaderParser()


class MailServer:
    """`hangs_up`: it takes a mail and breaks off before it says so. `denies`: it takes it and says that it did not."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.lies = 0
        self.mood: Mood = "honest"
        self._lock = threading.Lock()
        self.port = spawn.free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def start(self) -> None:
        """Begin to listen."""
        self._controller.start()

    def stop(self) -> None:
        """End."""
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Take every mail."""
        content: Any = envelope.content
        message_id = PARSER.parsebytes(content)["Message-ID"] or ""
        with self._lock:
            self.taken.append(message_id.strip("<>").partition("@")[0])
            self.lies += self.mood != "honest"
        if self.mood == "hangs_up" and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "451 4.3.0 Not now" if self.mood == "denies" else "250 2.0.0 Kept"
