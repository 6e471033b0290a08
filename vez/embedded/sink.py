"""The mail sink: takes every message over SMTP on a loopback socket that the supervisor holds, and delivers none."""

from __future__ import annotations

import asyncio
import signal
import socket
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from vez.embedded.folder import Folder
from vez.embedded.mailbox import Mailbox, read

SIZE_LIMIT = 10_000_000


class Handler:
    """What aiosmtpd calls with each message."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Keep the message, or say that the disk does not take it, so that the sender tries again."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        try:
            self.mailbox.keep(read(content, envelope.mail_from or "", envelope.rcpt_tos))
        except OSError as error:
            return f"452 4.3.1 The message cannot be kept now: {error.strerror}"
        return "250 2.0.0 Kept"


async def serve(mailbox: Mailbox, taken: socket.socket) -> None:
    """Take messages until SIGTERM."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)

    def protocol() -> Any:
        return SMTP(Handler(mailbox), hostname="vez", data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, loop=loop)

    server = await loop.create_server(protocol, sock=taken)
    await stopping.wait()
    server.close()


def take_mail(folder: Folder, taken: socket.socket) -> None:
    """Be the sink until told to end."""
    asyncio.run(serve(Mailbox(folder.mail), taken))
