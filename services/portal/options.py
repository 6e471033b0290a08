"""What a portal process is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from shared import config

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, kw_only=True)
class Options(config.Common):
    """The portal's options."""

    service: ClassVar[str] = "portal"

    session_days: int = config.option(
        "VEZ_PORTAL_SESSION_DAYS", "days after which the browser forgets a sign-in", default=14
    )
    asking_threads: int = config.option(
        "VEZ_PORTAL_ASKING_THREADS", "threads of one process that ask the services for a page's parts", default=8
    )
    wait_seconds: int = config.option(
        "VEZ_PORTAL_WAIT_SECONDS", "how long a form waits for the flow's answer before the page says pending", default=3
    )

    proxy_hops: int = config.option(
        "VEZ_PORTAL_PROXY_HOPS",
        "proxies of this house in front of the portal: which entry of X-Forwarded-For, from its end, is the browser",
        default=1,
    )

    @property
    def is_loopback(self) -> bool:
        """Whether people open the portal on this machine's own address, where cookies need no TLS."""
        origin = urlsplit(self.public_url)
        return origin.scheme == "http" and origin.hostname in LOOPBACK
