"""What a workflow process is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared import config


def _positive(value: float) -> str | None:
    return None if value > 0 else "is not above zero"


@dataclass(frozen=True, kw_only=True)
class Options(config.Common):
    """The workflow service's options."""

    service: ClassVar[str] = "workflow"

    clock_seconds: float = config.option(
        "VEZ_WORKFLOW_CLOCK_SECONDS",
        "how often a worker looks for deadlines, schedules and holders that are due",
        default=1.0,
        check=_positive,
    )
