"""Taking mail in over LMTP or SMTP from our own mail server: only what is for one of our addresses, kept before 250."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.notify.gateways.doors import doors
from services.notify.options import Options
from shared import telemetry
from shared.errors import Retryable

Take = Callable[[str, list[str], bytes], None]
"""Keeps one message: (envelope sender, recipients, content). Raises Retryable."""
TIMEOUT_SECONDS: Final = 60
log = telemetry.logger(__name__)


class Listener(Protocol):
    """Where mail is handed in."""

    def listen(self, take: Take) -> None:
        """Begin to take mail in; nothing where it was begun already."""


class Silence:
    """No mail is taken in."""

    def listen(self, take: Take) -> None:
        """Do nothing."""


class MailDoor:
    """Speaks LMTP or SMTP at the place that the options name."""

    def __init__(self, options: Options) -> None:
        parts = urlsplit(options.mail_in_url)
        self.scheme, self.host, self.port = parts.scheme, parts.hostname or "", parts.port or 0
        self.options = options
        self.places = doors(options)
        self._controller: Controller | None = None

    def listen(self, take: Take) -> None:
        """Begin, once. Raises Retryable while the place is taken by somebody else."""
        if self._controller is not None:
            return
        controller = _Door(self, take)
        try:
            controller.start()
        except OSError as error:
            raise Retryable("Mail cannot be taken in now: %(reason)s", reason=str(error)) from error
        self._controller = controller
        self.port = controller.port
        log.info("mail_door_open", host=self.host, port=self.port)

    def close(self) -> None:
        """Take no more."""
        controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()


class _Door(Controller):
    """The server's thread. Several workers of one machine share the port."""

    def __init__(self, door: MailDoor, take: Take) -> None:
        self._door = door
        super().__init__(_Handler(door, take), hostname=door.host, port=door.port, ready_timeout=10.0)

    def factory(self) -> Any:
        kind = LMTP if self._door.scheme == "lmtp" else SMTP
        return kind(
            self.handler,
            hostname=self._door.options.mail_domain,
            ident="Vez",
            data_size_limit=self._door.options.mail_in_bytes,
            enable_SMTPUTF8=True,
            timeout=TIMEOUT_SECONDS,
            loop=self.loop,
        )

    def _create_server(self) -> Any:
        return self.loop.create_server(
            self._factory_invoker, host=self._door.host, port=self._door.port, reuse_port=True
        )

    def _trigger_server(self) -> None:
        """The base class connects to itself to see that it works; a port of 0 is known only afterwards."""
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class _Handler:
    """What aiosmtpd calls."""

    def __init__(self, door: MailDoor, take: Take) -> None:
        self._door, self._take = door, take

    async def handle_RCPT(  # noqa: N802 - its name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take only what is for us: this is nobody's relay."""
        if self._door.places.at(address) is None:
            return "550 5.1.1 There is no such address here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Say that it is taken only once it is kept."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        sender = envelope.mail_from or "<>"
        answer, loop = "250 2.0.0 Kept", asyncio.get_running_loop()
        try:
            await loop.run_in_executor(None, self._take, sender, list(envelope.rcpt_tos), content)
        except Retryable:
            answer = "451 4.3.0 It cannot be kept now, try again later"
        # Over LMTP every recipient has an answer of its own (RFC 2033, 4.2).
        return "\r\n".join([answer] * (len(envelope.rcpt_tos) if isinstance(server, LMTP) else 1))


def mail_door(options: Options) -> MailDoor | Silence:
    """The door that `options` open, or none."""
    return MailDoor(options) if options.mail_in_url else Silence()
