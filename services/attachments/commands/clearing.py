"""The verbs of the sweep: what nobody needs is leased, removed from the store, and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.attachments.access import ABANDONED, ACTIVITY, CLAIM_ROUND, CLAIM_UNTIDY, CLAIM_UNUSED, find_file
from services.attachments.models import attachments, contents
from services.attachments.rules.files import LEASE, Part, from_wire
from services.attachments.rules.rounds import may_find_orphans
from shared import clock
from shared.ids import Actor
from shared.transaction import Transaction

BATCH: Final = 100
ORPHANS: Final = "orphans"


@dataclass(frozen=True, slots=True)
class Untidy:
    """A file whose parts are to leave the quarantine."""

    id: str
    parts: tuple[Part, ...]


def give_up_abandoned(tx: Transaction, actor: Actor, older_than: timedelta) -> int:
    """Uploads that were begun long ago and never completed are given up; how many."""
    rows = tx.all(ABANDONED, before=tx.now - older_than, most=BATCH)
    for row in rows:
        file = find_file(tx, row.id)
        if file is not None and file.state == "uploading":
            gone = {"removed_at": tx.now, "name": "", "leased_until": None}
            tx.change(attachments, file.id, gone, version=file.version)
            tx.audit("attachment", file.id, "give_up", {"ticket_id": file.ticket_id})
    return len(rows)


def claim_untidy(tx: Transaction, actor: Actor) -> list[Untidy]:
    """Lease files that came to their end and whose parts are still there."""
    rows = tx.all(CLAIM_UNTIDY, most=BATCH, offset=clock.offset(), lease=LEASE)
    return [Untidy(row.id, from_wire(row.parts)) for row in rows]


def settle_tidied(tx: Transaction, actor: Actor, ids: Sequence[str]) -> None:
    """Their parts are gone. The row stays, of a file that never came too: the head of its audit chain is in it."""
    for id in ids:
        tx.update(attachments, {"id": id}, {"parts": [], "leased_until": None}, must=False)


def claim_unused(tx: Transaction, actor: Actor) -> list[str]:
    """Lease contents that no file has; from now on they cannot be taken up again."""
    return [row.sha256 for row in tx.all(CLAIM_UNUSED, most=BATCH, offset=clock.offset(), lease=LEASE)]


def settle_unused(tx: Transaction, actor: Actor, sha256s: Sequence[str]) -> None:
    """They are gone from the store: forget them."""
    for sha256 in sha256s:
        tx.delete(contents, {"sha256": sha256})


def claim_orphan_round(tx: Transaction, actor: Actor, every: timedelta) -> bool:
    """Whether the look for orphans is due, can find something, and then is the caller's alone."""
    before = tx.one(ACTIVITY, round=ORPHANS)
    if tx.one(CLAIM_ROUND, name=ORPHANS, offset=clock.offset(), lease=every) is None:
        return False
    looked_at = before.next_at - every if before.next_at else None
    is_known = looked_at is not None and looked_at <= tx.now + clock.DIFFER  # else another clock said so
    return may_find_orphans(
        looked_at=looked_at if is_known else None,
        older_than=every,
        active_at=before.active_at,
        is_under_way=before.is_under_way,
    )
