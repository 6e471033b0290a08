"""Telling administrators what the service itself found out: no event of another service says it."""

from __future__ import annotations

from typing import Any

from services.notify.models import deliveries, notices
from services.notify.rules.withholding import ADMINISTERS
from shared import people as people_replica
from shared.ids import SYSTEM, new_id
from shared.transaction import Transaction


def tell_administrators(tx: Transaction, event: str, kind: str, facts: dict[str, Any]) -> None:
    """Tell every administrator in the product itself."""
    event_id = new_id()
    told = {"id": event_id, "event": event, "ticket_id": None, "actor_id": SYSTEM.id, "occurred_at": tx.now}
    tx.insert(notices, {**told, "facts": facts})
    for administrator in people_replica.with_permission(tx, ADMINISTERS):
        row = {"id": new_id(), "event_id": event_id, "recipient_id": administrator.id, "channel": "in_app"}
        tx.insert(deliveries, {**row, "kind": kind, "state": "sent", "sent_at": tx.now, "created_at": tx.now})
