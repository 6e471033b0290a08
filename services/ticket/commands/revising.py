"""What a ticket said before each change of it, kept as long as the ticket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.ticket.models import revisions
from shared.transaction import Transaction


def keep_revision(tx: Transaction, ticket_id: str, version: int, before: Mapping[str, Any]) -> None:
    """The change that takes the ticket from `version` to the next finds it as `before` says (`rules.changes`)."""
    row = {"ticket_id": ticket_id, "version": version + 1, "before": dict(before), "at": tx.now}
    tx.insert(revisions, row)
