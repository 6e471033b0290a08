"""After an attempt: it is counted, and its outcome is written, also when the database is away for a moment.

What a server has taken must not be forgotten for a restart of the database: it would be sent twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from prometheus_client import Counter

from services.notify.rules.retries import Outcome
from shared import clock, telemetry
from shared.errors import Retryable
from shared.inbox import Runtime
from shared.transaction import Transaction

PATIENCE_SECONDS: Final = 25.0
PAUSE_SECONDS: Final = 0.25
ATTEMPTS: Final = Counter(
    "vez_notify_attempts",
    "Attempts to deliver, by what became of them",
    ["channel", "outcome"],
    registry=telemetry.REGISTRY,
)


def count(channel: str, outcome: Outcome) -> None:
    """Count one attempt."""
    ATTEMPTS.labels(channel, _word(outcome)).inc()


def _word(outcome: Outcome) -> str:
    if outcome.sent:
        return "sent"
    if outcome.permanent:
        return "refused"
    return "unreached" if outcome.unreached else "failed"


def surely(runtime: Runtime, verb: Callable[[Transaction], None]) -> None:
    """Run a verb that settles something, again while the database cannot be reached. Raises Retryable after 25 s."""
    until = clock.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return runtime.run(verb)
        except Retryable:
            if clock.monotonic() > until:
                raise
            clock.sleep(PAUSE_SECONDS)
