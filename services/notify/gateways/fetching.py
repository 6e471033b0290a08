"""Fetching mail from a mailbox by IMAP: what is not seen yet, marked as seen only after it is kept here."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from services.notify.options import Options
from shared import clock
from shared.errors import Retryable

TIMEOUT_SECONDS: Final = 30.0
AT_ONCE: Final = 50
WRONG: Final = (ImapToolsError, imaplib.IMAP4.error, OSError)


class Postbox(Protocol):
    """A mailbox that is looked into."""

    def new_mail(self) -> Iterator[bytes]:
        """The messages that were not seen; each is marked when the next one is asked for. Raises Retryable."""


class NoPostbox:
    """There is none."""

    def new_mail(self) -> Iterator[bytes]:
        """Nothing, ever."""
        return iter(())


class ImapPostbox:
    """A mailbox over IMAP; a connection for each look, since looks are rare. A failed look waits for its next time."""

    def __init__(self, url: str, every_seconds: float, most_bytes: int) -> None:
        parts = urlsplit(url)
        self.scheme, self.host, self.port = parts.scheme, parts.hostname or "", parts.port
        self.user, self.secret = unquote(parts.username or ""), unquote(parts.password or "")
        self.folder = unquote(parts.path.strip("/")) or "INBOX"
        self.every_seconds, self.most_bytes = every_seconds, most_bytes
        self._next_at = 0.0

    def new_mail(self) -> Iterator[bytes]:
        """What is new, where it is time to look again."""
        if clock.monotonic() < self._next_at:
            return
        self._next_at = clock.monotonic() + self.every_seconds
        try:
            box = self._box()
            try:
                box.login(self.user, self.secret, initial_folder=self.folder)
                yield from self._unseen(box)
            finally:
                _leave(box)
        except WRONG as error:
            raise Retryable("The mailbox cannot be looked into now: %(reason)s", reason=str(error)[:200]) from error

    def _unseen(self, box: BaseMailBox) -> Iterator[bytes]:
        """Each message by itself; one that is too large is flagged, so that somebody looks at it, and left."""
        for uid in box.uids(AND(seen=False, flagged=False))[:AT_ONCE]:
            for message in box.fetch(AND(uid=uid), mark_seen=False, headers_only=True):
                if message.size_rfc822 > self.most_bytes:
                    box.flag(uid, MailMessageFlags.FLAGGED, True)
                    break
            else:
                for message in box.fetch(AND(uid=uid), mark_seen=False):
                    yield message.obj.as_bytes()
                    box.flag(uid, MailMessageFlags.SEEN, True)

    def _box(self) -> BaseMailBox:
        if self.scheme == "imaps":
            context = ssl.create_default_context()
            return MailBox(self.host, self.port or 993, timeout=TIMEOUT_SECONDS, ssl_context=context)
        return MailBoxUnencrypted(self.host, self.port or 143, timeout=TIMEOUT_SECONDS)


def _leave(box: BaseMailBox) -> None:
    """Say goodbye, and hang up whatever the other side makes of it."""
    with suppress(*WRONG):
        box.logout()
    with suppress(OSError):
        box.client.shutdown()


def postbox(options: Options) -> Postbox:
    """The mailbox that `options` name, or none."""
    if not options.imap_url:
        return NoPostbox()
    return ImapPostbox(options.imap_url, options.imap_seconds, options.mail_in_bytes)
