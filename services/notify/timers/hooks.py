"""Webhooks: each receiver gets what is due to it in a thread of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Final, cast

import msgspec

from services.notify import commands, queries
from services.notify.access import LEASE, Claimed
from services.notify.gateways.receivers import Receivers, Runner
from services.notify.queries import Parcel
from services.notify.rules import webhooks as rules
from services.notify.rules.retries import WEBHOOK, Outcome
from services.notify.timers.seeing import hold_back, look
from services.notify.timers.settling import count, surely
from shared import clock
from shared.ids import SYSTEM
from shared.inbox import Runtime

BATCH: Final = 50
SPARE_SECONDS: Final = 30.0


def call_webhooks(runtime: Runtime) -> int:
    """Begin to deliver what is due to receivers that are not busy; how many were claimed."""
    runner = cast(Runner, runtime.gateways["runner"])
    if not runner.has_room():
        return 0
    leased = runtime.run(lambda tx: commands.claim_for_webhooks(tx, SYSTEM, runner.busy(), BATCH))
    leased.sort(key=lambda one: (one.recipient_id, one.due_at, one.id))
    for webhook_id, share in groupby(leased, key=lambda one: one.recipient_id):
        runner.start(webhook_id, partial(_serve, runtime, webhook_id, list(share)))
    return len(leased)


def _serve(runtime: Runtime, webhook_id: str, leased: Sequence[Claimed]) -> None:
    """Deliver to one receiver, one after the other; when it fails the rest is given back, and it is left alone."""
    began = clock.monotonic()
    with runtime.reader() as reader:
        found = queries.parcels(reader, [one.id for one in leased])
    sight = look(runtime, {(parcel.created_by, parcel.ticket_id) for parcel in found.values()})
    for place, one in enumerate(leased):
        if clock.monotonic() - began > LEASE.total_seconds() - SPARE_SECONDS:
            runtime.run(lambda tx, rest=leased[place:]: commands.release(tx, SYSTEM, rest))  # type: ignore[misc]
            return
        parcel = found.get(one.id)
        if parcel is None:
            runtime.run(lambda tx, one=one: commands.suppress(tx, SYSTEM, one, "removed"))  # type: ignore[misc]
        elif not sight.allows(parcel.created_by, parcel.ticket_id):
            hold_back(runtime, one, sight)
        else:
            _bring(runtime, webhook_id, one, parcel)


def _bring(runtime: Runtime, webhook_id: str, one: Claimed, parcel: Parcel) -> None:
    receivers = cast(Receivers, runtime.gateways["receivers"])
    content = msgspec.json.encode(rules.body(parcel.envelope))
    outcome = receivers.deliver(parcel.url, rules.headers(one.id, clock.now(), content, parcel.secrets), content)
    count("webhook", outcome)
    _record(runtime, webhook_id, one, outcome)


def _record(runtime: Runtime, webhook_id: str, one: Claimed, outcome: Outcome) -> None:
    surely(runtime, lambda tx: commands.record_outcome(tx, SYSTEM, one, outcome, WEBHOOK))
    surely(runtime, lambda tx: commands.record_receiver(tx, SYSTEM, webhook_id, worked=outcome.sent))
