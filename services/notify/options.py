"""What a notify process is told."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import ClassVar, Final
from urllib.parse import urlsplit

from shared import config

Network = IPv4Network | IPv6Network

MAIL_TIMEOUT_MOST: Final = 10.0


def _address(value: str) -> str | None:
    return None if "@" in parseaddr(value)[1] else "is not an e-mail address"


def _server(value: str) -> str | None:
    parts = urlsplit(value)
    if parts.scheme not in ("smtp", "smtps", "smtp+tls") or not parts.hostname:
        return "is not the address of a mail server, as smtp://host:25, smtp+tls://user:secret@host:587 or smtps://host"
    return None


def _optional_server(value: str) -> str | None:
    return _server(value) if value else None


def _within_the_lease(value: float) -> str | None:
    if 0 < value <= MAIL_TIMEOUT_MOST:
        return None
    return (
        f"is not between 0 and {MAIL_TIMEOUT_MOST:g}: a letter has four answers to wait for before another may send it"
    )


def _networks(value: str) -> str | None:
    try:
        networks(value)
    except ValueError as error:
        return str(error)
    return None


def _optional_address(value: str) -> str | None:
    return _address(value) if value else None


def _intake(value: str) -> str | None:
    try:
        intakes(value)
    except ValueError as error:
        return str(error)
    return None


def intakes(value: str) -> dict[str, tuple[str, bool]]:
    """The type that each intake address opens, and whether it submits. Raises ValueError."""
    found = {}
    for part in filter(None, (part.strip() for part in value.split(","))):
        address, _, rest = part.partition("=")
        code, _, how = rest.partition(":")
        if "@" not in parseaddr(address)[1] or not code.strip() or how not in ("", "submit"):
            raise ValueError(f"{part!r} is not ADDRESS=TYPE or ADDRESS=TYPE:submit")
        found[parseaddr(address)[1].lower()] = (code.strip(), how == "submit")
    return found


def _listening(value: str) -> str | None:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("lmtp", "smtp") or not parts.hostname or not parts.port):
        return "is not a place to take mail in, as lmtp://127.0.0.1:2024 or smtp://0.0.0.0:2025"
    return None


def _mailbox(value: str) -> str | None:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username):
        return "is not the address of a mailbox, as imaps://user:secret@host/INBOX"
    return None


def networks(value: str) -> tuple[Network, ...]:
    """The networks that a comma-separated list names. Raises ValueError."""
    return tuple(ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip())


@dataclass(frozen=True, kw_only=True)
class Options(config.Common):
    """The notify service's options."""

    service: ClassVar[str] = "notify"

    smtp_url: str = config.option(
        "VEZ_NOTIFY_SMTP_URL",
        "the mail server: smtp://, smtp+tls:// (STARTTLS) or smtps://, with user and secret where it wants them",
        default="smtp://127.0.0.1:25",
        secret=True,
        check=_server,
        also="VEZ_SMTP_URL",
    )
    spare_smtp_url: str = config.option(
        "VEZ_NOTIFY_SPARE_SMTP_URL",
        "a second mail server, which takes over while the first fails",
        default="",
        secret=True,
        check=_optional_server,
    )
    mail_from: str = config.option(
        "VEZ_NOTIFY_MAIL_FROM", "the address that mail comes from", default="Vez <vez@localhost>", check=_address
    )
    mail_timeout_seconds: float = config.option(
        "VEZ_NOTIFY_MAIL_TIMEOUT_SECONDS",
        "how long a mail server may take for one answer, at most 10",
        default=10.0,
        check=_within_the_lease,
    )
    unsubscribe_key: str = config.option(
        "VEZ_NOTIFY_UNSUBSCRIBE_KEY",
        "the secret that signs unsubscribe links; the machine client's secret when not set",
        default="",
        secret=True,
    )
    webhook_allow: str = config.option(
        "VEZ_NOTIFY_WEBHOOK_ALLOW",
        "our own networks that webhooks and chat may reach (10.0.0.0/8, …), where http and any port are allowed too",
        default="",
        check=_networks,
    )
    webhook_timeout_seconds: float = config.option(
        "VEZ_NOTIFY_WEBHOOK_TIMEOUT_SECONDS",
        "how long a webhook's receiver, or a chat room, may take in all",
        default=15.0,
    )
    reply_address: str = config.option(
        "VEZ_NOTIFY_REPLY_ADDRESS",
        "where answers to our mail go (answers@example.org; each letter adds +its own token); none when not set",
        default="",
        check=_optional_address,
    )
    intake: str = config.option(
        "VEZ_NOTIFY_INTAKE",
        "addresses that open requests, by commas: help@example.org=TYPE for drafts, …=TYPE:submit to submit them",
        default="",
        check=_intake,
    )
    mail_in_url: str = config.option(
        "VEZ_NOTIFY_MAIL_IN_URL",
        "where workers take mail in: lmtp://127.0.0.1:2024, or smtp://; nowhere when not set",
        default="",
        check=_listening,
    )
    mail_in_bytes: int = config.option(
        "VEZ_NOTIFY_MAIL_IN_BYTES", "how large a message that comes in may be", default=25_000_000
    )
    imap_url: str = config.option(
        "VEZ_NOTIFY_IMAP_URL",
        "a mailbox to fetch mail from: imaps://user:secret@host/INBOX (or imap://); none when not set",
        default="",
        secret=True,
        check=_mailbox,
    )
    imap_seconds: float = config.option("VEZ_NOTIFY_IMAP_SECONDS", "how often it is looked into", default=30.0)
    authserv_id: str = config.option(
        "VEZ_NOTIFY_AUTHSERV_ID",
        "whose Authentication-Results are believed (RFC 8601): our own mail server's name, which removes forged ones",
        default="",
    )
    keep_days: int = config.option(
        "VEZ_NOTIFY_KEEP_DAYS", "days after which a delivery that has come to its end is forgotten", default=400
    )

    @property
    def mail_domain(self) -> str:
        """The domain of our own Message-IDs: that of the address mail comes from."""
        return parseaddr(self.mail_from)[1].partition("@")[2]

    @property
    def webhook_networks(self) -> tuple[Network, ...]:
        """The networks of our own that webhooks may reach."""
        return networks(self.webhook_allow)

    @property
    def signing_key(self) -> bytes:
        """The key of unsubscribe links; empty when the installation has no secret, and then there are none."""
        return (self.unsubscribe_key or self.client_secret).encode()
