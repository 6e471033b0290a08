"""What an identity process is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared import config


def _positive(value: int) -> str | None:
    return None if value > 0 else "must be more than 0"


@dataclass(frozen=True, kw_only=True)
class Options(config.Common):
    """The identity service's options."""

    service: ClassVar[str] = "identity"

    key_file: str = config.option(
        "VEZ_IDENTITY_KEY_FILE",
        "PEM file of Ed25519 private keys: the first signs tokens, the others only go on being recognised",
    )
    token_seconds: int = config.option(
        "VEZ_IDENTITY_TOKEN_SECONDS", "how long an access token lives", default=600, check=_positive
    )
    session_days: int = config.option(
        "VEZ_IDENTITY_SESSION_DAYS", "days without use after which a session ends", default=30, check=_positive
    )
    first_access_hours: int = config.option(
        "VEZ_IDENTITY_FIRST_ACCESS_HOURS", "how long a link for first access may be used", default=168, check=_positive
    )
    password_reset_minutes: int = config.option(
        "VEZ_IDENTITY_PASSWORD_RESET_MINUTES",
        "how long a link for a forgotten password may be used",
        default=60,
        check=_positive,
    )
    failures_per_account: int = config.option(
        "VEZ_IDENTITY_FAILURES_PER_ACCOUNT",
        "failed sign-ins of one account in the span after which it has to wait",
        default=10,
        check=_positive,
    )
    failures_per_address: int = config.option(
        "VEZ_IDENTITY_FAILURES_PER_ADDRESS",
        "failed sign-ins from one address in the span after which it has to wait",
        default=100,
        check=_positive,
    )
    failures_span_seconds: int = config.option(
        "VEZ_IDENTITY_FAILURES_SPAN_SECONDS",
        "the span over which failed sign-ins are counted",
        default=900,
        check=_positive,
    )
    proxy_hops: int = config.option(
        "VEZ_IDENTITY_PROXY_HOPS",
        "proxies of this house in front of the service: which entry of X-Forwarded-For, from its end, is the caller; "
        "0 where there is none",
        default=1,
    )
