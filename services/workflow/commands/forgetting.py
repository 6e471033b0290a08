"""A ticket was deleted: what is kept here in people's words goes, its statistics stay."""

from __future__ import annotations

from typing import Final

from services.workflow.access.predicates import about
from shared.transaction import Transaction

_FORGET: Final = about(
    """WITH flow AS (UPDATE flows SET party = NULL WHERE ticket_id = %(ticket_id)s::text::uuid RETURNING 1),
    said AS (UPDATE outbox SET payload = payload || jsonb_build_object('party', NULL)
             WHERE word = 'flow' AND aggregate_id = %(ticket_id)s::text AND payload ->> 'party' IS NOT NULL RETURNING 1)
SELECT (SELECT count(*) FROM flow) + (SELECT count(*) FROM said) AS forgotten"""
)


def forget_ticket(tx: Transaction, ticket_id: str) -> None:
    """Remove the names of third parties from a deleted ticket's flow and from what was said of it."""
    tx.all(_FORGET, ticket_id=ticket_id)
