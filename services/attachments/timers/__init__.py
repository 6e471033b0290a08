"""Long work and what time starts: checks, tidying, orphans. Claim, reach out, settle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from services.attachments import commands
from services.attachments.options import Options
from services.attachments.timers.checking import check, check_due
from services.attachments.timers.sweeping import sweep_orphans, tidy
from services.attachments.timers.verifying import Findings, verify
from shared import personal
from shared.inbox import Runtime, Timer

WORK: Final[Mapping[str, Callable[[Runtime, str], None]]] = {"check": check}


def timers(options: Options) -> tuple[Timer, ...]:
    """The timers of this service's part of a worker."""
    return (
        Timer("checks", options.sweep_seconds, check_due),
        Timer("tidy", options.sweep_seconds, tidy),
        Timer.of(personal.TIMER, personal.EVERY_SECONDS, commands.erase_next),
        Timer("orphans", min(60.0, options.orphan_seconds), sweep_orphans),
    )


__all__ = ["WORK", "Findings", "check", "check_due", "sweep_orphans", "tidy", "timers", "verify"]
