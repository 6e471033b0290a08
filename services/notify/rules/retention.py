"""How long the ledger is kept: ids are UUIDv7, so an id says when it was made."""

from __future__ import annotations

import uuid
from datetime import datetime


def first_id_at(instant: datetime) -> str:
    """The lowest UUIDv7 of an instant's millisecond: rows made before have lower ids."""
    milliseconds = int(instant.timestamp() * 1000)
    return str(uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (0x2 << 62)))
