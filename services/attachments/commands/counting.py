"""Counting who has a content."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from services.attachments.models import contents
from shared.database import compiled
from shared.transaction import Transaction

_COUNT: Final = compiled(
    select(contents.c.reference_count, contents.c.state).where(contents.c.sha256 == bindparam("sha256"))
)


def count_off(tx: Transaction, sha256: str, times: int = 1) -> None:
    """So many files have this content no longer; what nobody has is removed by the sweep."""
    row = tx.one(_COUNT, sha256=sha256)
    if row is None:
        return
    left = {"reference_count": max(0, row.reference_count - times), "changed_at": tx.now}
    tx.update(contents, {"sha256": sha256}, left, expect={"reference_count": row.reference_count})
