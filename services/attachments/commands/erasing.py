"""Erasing a person here: files of their tickets go with those (`ticket.erased`); what they brought to others' stays."""

from __future__ import annotations

from shared import personal
from shared.transaction import Transaction


def erase_next(tx: Transaction) -> int:
    """End the erasure that has waited longest, of which nothing else is here; 0: nobody waits."""
    return personal.work_off(tx, personal.finish)
