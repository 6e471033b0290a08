"""A mail server that speaks real SMTP and can be told to misbehave."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.smtp import SMTP

PARSER = BytesParser(policy=policy.default)
Answer = Callable[[str, int], str | None]


def takes_all(recipient: str, count: int) -> str | None:
    """Refuse nothing."""
    return None


@dataclass
class MailServer:
    """Keeps what it took. `at_recipient` and `at_content` get the recipient and how often it came, and may refuse.

    An answer of "drop" cuts the connection; "drop after" takes the message first and cuts it instead of answering.
    """

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0
    at_recipient: Answer = takes_all
    at_content: Answer = takes_all
    delay_seconds: float = 0.0
    port: int = 0
    _seen: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its address."""
        return f"smtp://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[MailServer]:
        """It answers for the length of a block; the port stays the same when it runs again."""
        ready = threading.Event()
        thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        thread.start()
        assert ready.wait(10)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._stopping.set)
            thread.join(timeout=10)

    def _serve(self, ready: threading.Event) -> None:
        asyncio.run(self._run(ready))

    async def _run(self, ready: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(self._protocol, "127.0.0.1", self.port, reuse_address=True)
        self.port = server.sockets[0].getsockname()[1]
        self._transports: set[Any] = set()
        ready.set()
        await self._stopping.wait()
        server.close()
        for transport in list(self._transports):
            transport.abort()
        await asyncio.sleep(0.05)

    def _protocol(self) -> SMTP:
        house = self

        class Speaking(SMTP):
            """Counts connections and lets them be cut."""

            def connection_made(self, transport: Any) -> None:
                house.connections += 1
                house._transports.add(transport)
                super().connection_made(transport)

            def connection_lost(self, error: Any) -> None:
                house._transports.discard(self.transport)
                super().connection_lost(error)

        return Speaking(self, hostname="sink.test", loop=self._loop, enable_SMTPUTF8=False)

    async def handle_RCPT(  # noqa: N802 - its name
        self, server: SMTP, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take or refuse a recipient."""
        self._seen[address] = self._seen.get(address, 0) + 1
        answer = self.at_recipient(address, self._seen[address])
        if answer == "drop":
            server.transport.abort()
            return "421 gone"
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - its name
        """Take or refuse a message."""
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        recipient = envelope.rcpt_tos[0]
        answer = self.at_content(recipient, self._seen.get(recipient, 1))
        if answer in (None, "drop after"):
            message = PARSER.parsebytes(envelope.content)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
            self.recipients += envelope.rcpt_tos
        if answer in ("drop", "drop after"):
            server.transport.abort()
            return "421 gone"
        return answer or "250 2.0.0 taken"
