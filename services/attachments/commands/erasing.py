"""Erasing a person here: files of their tickets go with those (`ticket.erased`); what they brought to others' stays."""

from __future__ import annotations

from typing import Final

from services.attachments.models import metadata
from shared import personal
from shared.ids import Actor
from shared.transaction import Transaction

answers: Final = metadata.tables["idempotency_keys"]


def erase(tx: Transaction, actor: Actor) -> int:
    """Forget the kept answers to who has waited longest to be erased; 0: nobody waits."""
    erasure = personal.oldest(tx)
    if erasure is None:
        return 0
    tx.delete(answers, {"person_id": erasure.person_id})
    personal.finish(tx, erasure)
    return 1
