"""The ticket service's options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared import config


def _half(value: float) -> str | None:
    return None if 0 <= value <= 1 else "is not between 0 and 1"


@dataclass(frozen=True, kw_only=True)
class Options(config.Common):
    """What the ticket service is told beside what every service is."""

    service: ClassVar[str] = "ticket"

    waiting_share: float = config.option(
        "VEZ_TICKET_WAITING_SHARE",
        "the part of an HTTP process's threads that may wait for outcomes (Prefer: wait)",
        default=0.5,
        check=_half,
    )
    waiting_poll_ms: int = config.option(
        "VEZ_TICKET_WAITING_POLL_MS", "how often waited operations are looked at, in milliseconds", default=5
    )
