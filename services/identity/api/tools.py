"""What the routes of this service need beside what every service has: keys, hashes, limits, and where a caller is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from flask import current_app, g, request

from services.identity.gateways.passwords import Hasher
from services.identity.gateways.signing import Signer
from services.identity.options import Options
from services.identity.rules.links import Lifetimes, Link
from services.identity.rules.people import NewPerson
from services.identity.rules.sessions import Seen
from services.identity.rules.throttle import Limits

NAME = "vez.identity"


@dataclass(frozen=True, slots=True)
class Tools:
    """One for a process, in the application's extensions."""

    options: Options
    signer: Signer
    hasher: Hasher

    @property
    def limits(self) -> Limits:
        """How many failures are let through."""
        options = self.options
        span = timedelta(seconds=options.failures_span_seconds)
        return Limits(options.failures_per_account, options.failures_per_address, span)

    @property
    def lifetimes(self) -> Lifetimes:
        """How long links may be used."""
        return lifetimes(self.options)

    @property
    def session_lifetime(self) -> timedelta:
        """How long a session lives without use."""
        return timedelta(days=self.options.session_days)

    def url_of(self, link: Link) -> str:
        """The address that a person opens."""
        return link_url(self.options, self.signer, link)


def lifetimes(options: Options) -> Lifetimes:
    """How long links may be used."""
    return Lifetimes(
        first_access=timedelta(hours=options.first_access_hours),
        password_reset=timedelta(minutes=options.password_reset_minutes),
    )


def link_url(options: Options, signer: Signer, link: Link) -> str:
    """The address of a one-time link at the portal."""
    return f"{options.public_url.rstrip('/')}/link/{signer.link_token(link.id)}"


def house(options: Options, name: str = "Vez") -> NewPerson:
    """Somebody with the house's language and time zone."""
    return NewPerson(name=name, language=options.default_language, time_zone=options.time_zone)


def tools() -> Tools:
    """The present application's tools."""
    return cast(Tools, current_app.extensions[NAME])


def seen() -> Seen:
    """From where the present caller comes."""
    return Seen(caller_address(), request.headers.get("User-Agent", ""))


def caller_address() -> str:
    """The caller's network address: what the house's own proxies say, nothing that a caller can write themselves."""
    hops = tools().options.proxy_hops
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if hops > 0 and len(forwarded) >= hops:
        return forwarded[-hops][:64]
    return (request.remote_addr or "local")[:64]


def session_id() -> str:
    """The session of the present caller's token."""
    return str(g.claims.session_id)
