"""Keeping replicas: which files each type takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from services.attachments.models import types
from shared.contracts import decode
from shared.contracts.workflow import TypeChanged
from shared.ids import Actor
from shared.transaction import Transaction


def keep_type(tx: Transaction, actor: Actor, event: TypeChanged, sequence: int) -> None:
    """Keep which files a type takes, unless something newer is kept."""
    values = {"code": event.code, "attachments": event.attachments, "sequence": sequence}
    tx.upsert(types, values, newer="sequence")


def keep_answered_type(tx: Transaction, answer: Mapping[str, Any]) -> None:
    """A type that workflow was asked for."""
    found = answer["type"]
    keep_type(tx, tx.actor, cast(TypeChanged, decode(TypeChanged.name, 1, found)), found["sequence"])
