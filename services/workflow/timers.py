"""What time starts: flows that are due, checks of holders and calendars that a change left, erasures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from services.workflow.commands import holders, strike
from services.workflow.commands.erasing import erase_next
from services.workflow.commands.holders import Check
from shared import personal, telemetry
from shared.errors import VezError
from shared.inbox import Runtime, Timer

PAGE: Final = 200
BEFORE_ALL: Final = "00000000-0000-0000-0000-000000000000"
log = telemetry.logger(__name__)


def strike_due(runtime: Runtime) -> int:
    """Claim the flows that are due and strike each. Returns how many were claimed."""
    due = runtime.run(strike.claim_due)
    for ticket_id in due:
        _one(runtime, ticket_id, strike.strike)
    return len(due)


def check_holders(runtime: Runtime) -> int:
    """Work off what changes of people, profiles, queues and calendars left to be looked at."""
    found = runtime.run(holders.claim_checks)
    for check in found:
        if check.kind == "calendar":
            _recompute(runtime, check)
        else:
            for ticket_id in runtime.run(partial(holders.suspects, check=check)):
                _one(runtime, ticket_id, holders.check_holder)
        runtime.run(partial(holders.settle_check, check=check))
    return len(found)


def _recompute(runtime: Runtime, check: Check) -> None:
    after = BEFORE_ALL
    while True:
        page: Sequence[str] = runtime.run(partial(strike.counted_by, calendar=check.id, after=after, limit=PAGE))
        for ticket_id in page:
            _one(runtime, ticket_id, strike.recompute)
        if len(page) < PAGE:
            return
        after = page[-1]


def _one(runtime: Runtime, ticket_id: str, verb: strike.Verb) -> None:
    """Run a verb about one ticket; a failure is logged and holds no other back: when its lease ends it comes again."""
    try:
        runtime.run(lambda tx: verb(tx, ticket_id))
    except VezError as error:
        log.warning("flow_not_looked_at", ticket_id=ticket_id, reason=str(error))


def timers(every_seconds: float) -> tuple[Timer, ...]:
    """The timers of this service's part of a worker."""
    return (
        Timer("clocks", every_seconds, strike_due),
        Timer(holders.CHECKS, every_seconds, check_holders),
        Timer.of(personal.TIMER, personal.EVERY_SECONDS, erase_next),
    )
