"""What somebody saw when they decided, as a hash. Source: domain page, *Understanding and approval*."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from services.ticket.rules.parameters import seen_files, seen_values
from services.ticket.rules.reading import Reading

_canonical = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class UnderstandingSeen:
    """The latest understanding."""

    version: int
    body: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file, by what it holds."""

    id: str
    sha256: str | None
    is_internal: bool
    parameter: str | None = None


def evidence_of(reading: Reading, understanding: UnderstandingSeen | None, files: Sequence[FileSeen]) -> str:
    """SHA-256, in hexadecimal, of exactly what the reader's side sees."""
    side = reading.standing.side
    seen = {
        "subject": reading.ticket.subject,
        "description": reading.ticket.description,
        "understanding": understanding,
        "parameters": seen_values(reading, side),
        "files": sorted([f.id, f.sha256 or ""] for f in seen_files(reading, files)),
    }
    return hashlib.sha256(_canonical.encode(seen)).hexdigest()
