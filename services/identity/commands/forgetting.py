"""Forgetting what is over: failures after a day, links a month and sessions three months after they would end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Column, Table, bindparam, select

from services.identity.models import failures, links, sessions
from shared.database import Statement, compiled
from shared.transaction import Transaction

MOST: Final = 500


def _over(table: Table, ends: Column[Any]) -> Statement:
    return compiled(select(table.c.id).where(ends < bindparam("before")).limit(MOST))


_KEPT: Final = (
    (failures, timedelta(days=1), _over(failures, failures.c.at)),
    (links, timedelta(days=30), _over(links, links.c.expires_at)),
    (sessions, timedelta(days=90), _over(sessions, sessions.c.expires_at)),
)


def forget(tx: Transaction) -> int:
    """Delete up to 500 rows of each kind that is over; how many there were."""
    found = [(table, row.id) for table, kept, over in _KEPT for row in tx.all(over, before=tx.now - kept)]
    for table, id in found:
        tx.delete(table, {"id": id})
    return len(found)
