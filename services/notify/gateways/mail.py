"""Mail servers: one kept connection each, a spare that takes over, and what their answers mean for a delivery."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from services.notify.options import Options
from services.notify.rules.retries import Outcome
from shared import clock, telemetry

IDLE_SECONDS: Final = 5.0
"""A connection that was idle for longer is asked whether it still lives before it is used."""
LONGEST_PAUSE_SECONDS: Final = 60.0
MOST_STUMBLES: Final = 3
"""So many letters in a row that a server was in trouble with, and it is left alone as if it could not be reached."""
NO_SUCH_MAILBOX: Final = frozenset({550, 551, 553})
_ENHANCED: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
log = telemetry.logger(__name__)


class Post(Protocol):
    """Where letters are handed in."""

    def is_open(self) -> bool:
        """Whether it makes sense to hand in a letter now."""

    def send(self, message: EmailMessage, recipient: str) -> Outcome:
        """Hand in one letter; what became of it. Never raises for what a server does."""

    def close(self) -> None:
        """End every connection."""


@dataclass(slots=True)
class Circuit:
    """Whether a server is worth trying: after failures it is left alone for 1 s, doubling to a minute."""

    failures: int = 0
    stumbles: int = 0
    closed_until: float = 0.0

    def is_open(self) -> bool:
        """Whether to try now."""
        return clock.monotonic() >= self.closed_until

    def failed(self) -> None:
        """It could not be reached."""
        self.failures += 1
        pause = min(LONGEST_PAUSE_SECONDS, 2.0 ** (self.failures - 1))
        self.closed_until = clock.monotonic() + pause

    def stumbled(self) -> None:
        """It answered, but not as a healthy server does."""
        self.stumbles += 1
        if self.stumbles >= MOST_STUMBLES:
            self.failed()

    def worked(self) -> None:
        """It answered."""
        self.failures, self.stumbles, self.closed_until = 0, 0, 0.0


class Server:
    """One mail server. Used by one thread at a time."""

    def __init__(self, url: str, sender: str, timeout: float) -> None:
        parts = urlsplit(url)
        self.scheme, self.host, self.port = parts.scheme, parts.hostname or "", parts.port
        self.user, self.secret = unquote(parts.username or ""), unquote(parts.password or "")
        self.sender = parseaddr(sender)[1]
        self.timeout = timeout
        self.circuit = Circuit()
        self._connection: smtplib.SMTP | None = None
        self._used_at = 0.0

    def send(self, content: bytes, recipient: str) -> Outcome:
        """Hand in one message on the kept connection; a new one where that has ended meanwhile."""
        try:
            connection = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            self.circuit.failed()
            return Outcome(sent=False, reason=f"{self.host} cannot be reached: {_told(error)}", unreached=True)
        outcome = self._converse(connection, content, recipient)
        self._learn(outcome)
        self._used_at = clock.monotonic()
        return outcome

    def _learn(self, outcome: Outcome) -> None:
        """What a conversation tells of the server."""
        if outcome.unreached:
            self.close()
            self.circuit.failed()
        elif outcome.troubled:
            self.circuit.stumbled()
        else:
            self.circuit.worked()
        if not self.circuit.is_open():
            log.warning("mail_server_left_alone", host=self.host, failures=self.circuit.failures)

    def close(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None and not self._lives(self._connection):
            self.close()
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _lives(self, connection: smtplib.SMTP) -> bool:
        if clock.monotonic() - self._used_at < IDLE_SECONDS:
            return True
        try:
            return connection.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def _connect(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port or 465, timeout=self.timeout, context=context
            )
        else:
            connection = smtplib.SMTP(self.host, self.port or 25, timeout=self.timeout)
        try:
            if self.scheme == "smtp+tls":
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if self.user:
                connection.login(self.user, self.secret)
        except (OSError, smtplib.SMTPException):
            connection.close()
            raise
        log.info("mail_server_connected", host=self.host)
        return connection

    def _converse(self, connection: smtplib.SMTP, content: bytes, recipient: str) -> Outcome:
        handed_over = False
        try:
            if (answer := connection.mail(self.sender))[0] != 250:
                return self._refused(connection, *answer, about="sender")
            if (answer := connection.rcpt(recipient))[0] not in (250, 251):
                return self._refused(connection, *answer, about="recipient")
            handed_over = True
            answer = connection.data(content)
            if answer[0] != 250:
                return self._refused(connection, *answer, about="content")
        except smtplib.SMTPDataError as error:
            return self._refused(connection, error.smtp_code, error.smtp_error, about="content")
        except UnicodeEncodeError:
            self._reset(connection)
            return Outcome(
                sent=False, reason="This address has letters that the mail server cannot take", permanent=True
            )
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            reason = f"{self.host} broke off: {_told(error)}"
            return Outcome(sent=False, reason=reason, unreached=not handed_over, troubled=True, uncertain=handed_over)
        return Outcome(sent=True)

    def _refused(self, connection: smtplib.SMTP, code: int, text: bytes | str, *, about: str) -> Outcome:
        told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        if code == 421 or code < 0:
            self.close()
            return Outcome(sent=False, reason=f"{self.host} is busy: {code} {told}", unreached=True)
        self._reset(connection)
        return refusal(code, told, about)

    def _reset(self, connection: smtplib.SMTP) -> None:
        try:
            connection.rset()
        except (OSError, smtplib.SMTPException):
            self.close()


def refusal(code: int, text: str, about: str) -> Outcome:
    """What a server's refusal means: 4xx later, 5xx never, but a refused sender is ours to mend and tried again.

    A recipient's 4xx (greylisting, a full mailbox) is that recipient's matter; of the sender or the content it is the
    server's trouble. The address itself is dead where there is no such mailbox (RFC 5321, RFC 3463).
    """
    reason = f"{code} {' '.join(text.split())}"[:500]
    if code < 500 or about == "sender":
        return Outcome(sent=False, reason=reason, troubled=about != "recipient")
    enhanced = _ENHANCED.search(text)
    if enhanced is not None:
        is_dead = enhanced[1].startswith("5.1.") or enhanced[1] == "5.2.1"
    else:
        is_dead = code in NO_SUCH_MAILBOX
    return Outcome(sent=False, reason=reason, permanent=True, dead_address=about == "recipient" and is_dead)


class MailServers:
    """The house's mail server, and a spare which takes over while the first is in trouble.

    What a server certainly did not take goes to the next one at once. What it may have taken before it broke off waits
    for its next try, and finds the spare only once the first is left alone: the same message, under the same id.
    """

    def __init__(self, servers: Sequence[Server]) -> None:
        self.servers = servers

    def is_open(self) -> bool:
        """Whether one of them is worth trying now."""
        return any(server.circuit.is_open() for server in self.servers)

    def send(self, message: EmailMessage, recipient: str) -> Outcome:
        """Hand in one letter at the first server that is not in trouble; what the last one asked made of it."""
        content = message.as_bytes()
        outcome = Outcome(sent=False, reason="No mail server can be reached now", unreached=True)
        for server in self.servers:
            if server.circuit.is_open():
                answer = server.send(content, recipient)
                outcome = outcome if answer.unreached and not outcome.unreached else answer
                if outcome.uncertain or not (answer.unreached or answer.troubled):
                    return outcome
        return outcome

    def close(self) -> None:
        """End every connection."""
        for server in self.servers:
            server.close()


def mail_servers(options: Options) -> MailServers:
    """The servers that `options` name; connections open with the first letter."""
    urls = [url for url in (options.smtp_url, options.spare_smtp_url) if url]
    return MailServers([Server(url, options.mail_from, options.mail_timeout_seconds) for url in urls])


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__
