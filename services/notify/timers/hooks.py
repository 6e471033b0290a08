"""Webhooks are brought what is due to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import msgspec

from services.notify import commands, queries
from services.notify.access import Claimed
from services.notify.gateways.receivers import Receivers
from services.notify.queries import Parcel
from services.notify.rules import webhooks as rules
from services.notify.rules.retries import Outcome
from services.notify.timers import outside
from services.notify.timers.seeing import hold_back, look
from services.notify.timers.settling import count
from shared import clock, telemetry
from shared.ids import SYSTEM
from shared.inbox import Runtime
from shared.transaction import Transaction


def call_webhooks(runtime: Runtime) -> int:
    """Begin to deliver what is due to receivers that are not busy; how many were claimed."""
    return outside.call_each(runtime, runtime.gateways["runner"], commands.claim_for_webhooks, _serve)


def _serve(runtime: Runtime, webhook_id: str, leased: Sequence[Claimed]) -> None:
    """Deliver to one receiver, one after the other; when it fails the rest is given back, and it is left alone."""
    began = clock.monotonic()
    with runtime.reader() as reader:
        found = queries.parcels(reader, [one.id for one in leased])
    sight = look(runtime, {(parcel.created_by, parcel.ticket_id) for parcel in found.values()})
    for place, one in enumerate(leased):
        if outside.is_spent(began):
            outside.give_back(runtime, leased[place:])
            return
        parcel = found.get(one.id)
        if parcel is None:
            outside.suppress(runtime, one, "removed")
        elif not sight.allows(parcel.created_by, parcel.ticket_id):
            hold_back(runtime, one, sight)
        else:
            _bring(runtime, webhook_id, one, parcel)


def _bring(runtime: Runtime, webhook_id: str, one: Claimed, parcel: Parcel) -> None:
    receivers = cast(Receivers, runtime.gateways["receivers"])
    content = msgspec.json.encode(rules.body(parcel.envelope))
    headers = rules.headers(one.id, clock.now(), content, parcel.secrets)
    telemetry.crash_point("before_call")
    outcome = receivers.deliver(parcel.url, headers, content)
    telemetry.crash_point("after_call")
    count("webhook", outcome)
    _record(runtime, webhook_id, one, outcome)
    telemetry.crash_point("after_call_settle")


def _record(runtime: Runtime, webhook_id: str, one: Claimed, outcome: Outcome) -> None:
    def note(tx: Transaction) -> None:
        commands.record_webhook(tx, SYSTEM, webhook_id, worked=outcome.sent)

    outside.settle(runtime, one, outcome, note)
