"""Webhooks: which events they hear, how they are signed (Standard Webhooks), and where they may never reach."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final
from urllib.parse import urlsplit

from shared.contracts import REGISTRY
from shared.contracts.ticket import Drafted, SubmitRequested
from shared.errors import Message

WORDS: Final = frozenset({"ticket", "flow", "attachment", "type", "queue", "setting", "inbox"})
"""What webhooks may hear of; not of people: they carry personal data of everybody."""
BEFORE_SECRET_GOOD_FOR: Final = timedelta(hours=24)
PREFIX: Final = "whsec_"
FAILURES_ALLOWED: Final = 5
LONGEST_PAUSE: Final = timedelta(hours=1)
_NAT64: Final = ip_network("64:ff9b::/96")
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A webhook as its administrators read it; the secret is shown only when it is made or renewed."""

    id: str
    url: str
    events: tuple[str, ...]
    state: str
    created_at: datetime
    version: int
    secret: str | None = None


def state(*, is_disabled: bool, closed_until: datetime | None, now: datetime) -> str:
    """active, failing (left alone for a while after failures) or disabled."""
    if is_disabled:
        return "disabled"
    return "failing" if closed_until is not None and closed_until > now else "active"


def known_events() -> tuple[str, ...]:
    """What a webhook may ask for by name."""
    return tuple(sorted({name for name, _ in REGISTRY if _may_be_heard(name)}))


def _may_be_heard(name: str) -> bool:
    """Facts, not what services ask of each other; a submission is both."""
    asks = name.endswith("_requested") and name != SubmitRequested.name
    return name.partition(".")[0] in WORDS and not asks and name != Drafted.name


def is_known(pattern: str) -> bool:
    """Whether a webhook may ask for this: a name, `word.*` or `*`."""
    return pattern == "*" or pattern in {f"{word}.*" for word in WORDS} or pattern in known_events()


def patterns(name: str) -> list[str]:
    """What a webhook may have asked for in order to hear of the event `name`; nothing for what none may hear."""
    return [name, f"{name.partition('.')[0]}.*", "*"] if _may_be_heard(name) else []


# ---- signing -----------------------------------------------------------------------------------------------------


def body(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """What a receiver gets: {type, timestamp, data: the envelope}."""
    return {"type": envelope["name"], "timestamp": envelope["occurred_at"], "data": envelope}


def headers(id: str, at: datetime, content: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """The Standard Webhooks headers of a message; every secret that is still good signs."""
    stamp = str(int(at.timestamp()))
    signed = f"{id}.{stamp}.".encode() + content
    signatures = " ".join(_signature(secret, signed) for secret in secrets)
    return {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signatures}


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


# ---- where to ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook's address, taken apart."""

    scheme: str
    host: str
    port: int


def target(url: str) -> Target | Message:
    """The parts of a webhook's address, or what is wrong with it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return Message("This is not an address on the web")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return Message("This is not an address on the web")
    if parts.username is not None or parts.password is not None:
        return Message("An address with a name and password in it is not taken: use the signature")
    return Target(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80))


def refusal(to: Target, addresses: Sequence[str], allowed: Sequence[Network]) -> Message | None:
    """Why a webhook may not reach `to`, whose name leads to `addresses`; None where it may.

    Only public addresses, over https at its own port; networks that the house allows, also by http and any port.
    Every address is judged, so that a name which leads to both worlds reaches neither.
    """
    found = [ip_address(address.partition("%")[0]) for address in addresses]
    if found and all(any(ip in network for network in allowed) for ip in map(_inner, found)):
        return None
    if not all(_is_public(ip) for ip in found):
        return Message("This address leads into a private network")
    if to.scheme != "https":
        return Message("Only https is taken")
    return None if to.port == 443 else Message("Only the port 443 is taken")


def _is_public(ip: Address) -> bool:
    inner = _inner(ip)
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def _inner(ip: Address) -> Address:
    """The IPv4 address that an IPv6 one carries, however it does; else the address itself."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    teredo = ip.teredo[1] if ip.teredo is not None else None
    return ip.ipv4_mapped or ip.sixtofour or teredo or ip


# ---- leaving alone -----------------------------------------------------------------------------------------------


def closed_until(failure_count: int, now: datetime) -> datetime | None:
    """Until when a receiver is left alone after so many failures in a row; None while it is not."""
    if failure_count < FAILURES_ALLOWED:
        return None
    pause = timedelta(seconds=30 * 2 ** min(failure_count - FAILURES_ALLOWED, 10))
    return now + min(pause, LONGEST_PAUSE)
