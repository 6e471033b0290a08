"""Places outside, webhooks and chat rooms: each is told what is due to it in a thread of its own, so that none delays
another, one delivery after the other, as long as its lease lasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import Final

from services.notify import commands
from services.notify.access import LEASE, Claimed
from services.notify.gateways.receivers import Runner
from services.notify.rules.retries import WEBHOOK, Outcome
from services.notify.timers.settling import surely
from shared import clock
from shared.ids import SYSTEM, Actor
from shared.inbox import Runtime
from shared.transaction import Transaction

BATCH: Final = 50
SPARE_SECONDS: Final = 30.0
Claim = Callable[[Transaction, Actor, Sequence[str], int], list[Claimed]]
Serve = Callable[[Runtime, str, Sequence[Claimed]], None]


def call_each(runtime: Runtime, runner: Runner, claim: Claim, serve: Serve) -> int:
    """Begin to tell those that are not busy what is due to them; how many deliveries were claimed."""
    if not runner.has_room():
        return 0
    leased = runtime.run(lambda tx: claim(tx, SYSTEM, runner.busy(), BATCH))
    leased.sort(key=lambda one: (one.recipient_id, one.due_at, one.id))
    for id, share in groupby(leased, key=lambda one: one.recipient_id):
        runner.start(id, partial(serve, runtime, id, list(share)))
    return len(leased)


def is_spent(began: float) -> bool:
    """Whether so little of a lease taken at `began` is left that no further delivery is begun."""
    return clock.monotonic() - began > LEASE.total_seconds() - SPARE_SECONDS


def settle(runtime: Runtime, one: Claimed, outcome: Outcome, note: Callable[[Transaction], None]) -> None:
    """Write what came of a delivery, and by `note` what it says of the place, together."""

    def written(tx: Transaction) -> None:
        commands.record_outcome(tx, SYSTEM, one, outcome, WEBHOOK)
        note(tx)

    surely(runtime, written)


def suppress(runtime: Runtime, one: Claimed, reason: str) -> None:
    """A delivery that is not made."""
    runtime.run(lambda tx: commands.suppress(tx, SYSTEM, one, reason))


def give_back(runtime: Runtime, leased: Sequence[Claimed]) -> None:
    """Deliveries that are not begun now."""
    if leased:
        runtime.run(lambda tx: commands.release(tx, SYSTEM, leased))
