"""What webhooks and chat rooms have in common: a place outside that is told, and left alone while it fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ARRAY, bindparam, func, or_, select

from services.notify.access import among, claiming
from services.notify.access.due import NOW
from services.notify.models import deliveries
from services.notify.rules.webhooks import closed_until
from shared.database import Id, Statement, Table, compiled
from shared.transaction import Transaction

AFRESH: Final = {"failure_count": 0, "closed_until": None}
"""As if it had never failed."""
_WAITING: Final = compiled(
    select(deliveries.c.id).where(
        deliveries.c.recipient_id == bindparam("id"), among(deliveries.c.state, "queued", "failed")
    )
)


def claim_of(channel: str, table: Table) -> Statement:
    """What leases due deliveries of a channel to those of its places that may be tried now and are not in :busy."""
    may_be_tried = select(table.c.id).where(
        ~table.c.is_deleted,
        ~table.c.is_disabled,
        or_(table.c.closed_until.is_(None), table.c.closed_until < NOW),
    )
    return compiled(
        claiming(
            channel,
            deliveries.c.recipient_id != func.all(bindparam("busy", type_=ARRAY(Id()))),
            deliveries.c.recipient_id.in_(may_be_tried),
        )
    )


def changed(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a change writes: whoever has another address, or works again, is tried afresh."""
    is_another = changes.get("is_disabled") is False or "url" in changes
    return {**changes, **(AFRESH if is_another else {})}


def stop(tx: Transaction, id: str) -> None:
    """What is on its way to a place that is gone is suppressed."""
    for waiting in tx.all(_WAITING, id=id):
        stopped = {"state": "suppressed", "reason": "removed", "next_try_at": None, "leased_until": None}
        tx.update(deliveries, {"id": waiting.id}, stopped, must=False)


def record(tx: Transaction, table: Table, row: Any, *, worked: bool, retry_after: timedelta | None = None) -> None:
    """Note how a place (its row, None for one that is gone) did.

    After five failures in a row it is left alone for longer and longer. `retry_after`: it said itself for how long it
    wants to be left alone; that is no failure.
    """
    if row is None or (worked and row.failure_count == 0):
        return
    count = 0 if worked else row.failure_count + (retry_after is None)
    until = closed_until(count, tx.now) if retry_after is None else tx.now + retry_after
    tx.update(table, {"id": row.id}, {"failure_count": count, "closed_until": until}, must=False)
