"""The chain of a ticket's stage history: any change, insertion, deletion or reordering shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

_canonical = msgspec.json.Encoder(order="deterministic")

CHAINED: Final = (
    "ticket_id",
    "position",
    "ordinal",
    "entered_at",
    "stage",
    "side",
    "by_id",
    "transition",
    "before_person_id",
    "before_queue",
    "after_person_id",
    "after_queue",
    "operation_id",
    "fallback_reason",
)
"""The facts of a row that its digest covers, in this order; then comes the digest of its comment."""


@dataclass(frozen=True, slots=True)
class Link:
    """A row's digest, and the chain's head after it."""

    digest: bytes
    head: bytes


def comment_digest(salt: bytes, comment: str) -> bytes:
    """SHA-256 of the salted comment: the comment itself may be erased and the chain still verifies."""
    return hashlib.sha256(salt + comment.encode()).digest()


def link(head: bytes, facts: Mapping[str, Any], said: bytes | None) -> Link:
    """The link that a row with `facts` (and the digest `said` of its comment) adds to a chain that ends in `head`."""
    plain = [_plain(facts[name]) for name in CHAINED] + [said.hex() if said else None]
    digest = hashlib.sha256(_canonical.encode(plain)).digest()
    return Link(digest, hashlib.sha256(head + digest).digest())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def first_bad(rows: Iterable[Any], heads: Mapping[str, tuple[int, bytes]]) -> str | None:
    """The first history row that does not verify, in words, or None.

    `rows` are those of stage_history left-joined with their comments (salt, comment), ordered by ticket and position;
    `heads` maps each ticket to the count and head that its own row holds.
    """
    ticket: str | None = None
    position, head = 0, b""
    seen: set[str] = set()
    for row in rows:
        if row.ticket_id != ticket:
            if ticket is not None and (wrong := _ended(ticket, position, head, heads)):
                return wrong
            ticket, position, head = row.ticket_id, 0, b""
            seen.add(row.ticket_id)
        position += 1
        if wrong := _broken(row, position, head):
            return wrong
        head = bytes(row.head)
    if ticket is not None and (wrong := _ended(ticket, position, head, heads)):
        return wrong
    gone = next((t for t, (count, _) in heads.items() if count and t not in seen), None)
    return f"ticket {gone}: every row of its stage history is missing" if gone else None


def _broken(row: Any, position: int, head: bytes) -> str | None:
    name = f"ticket {row.ticket_id} stage history row {row.position}"
    if row.position != position:
        return f"ticket {row.ticket_id}: stage history row {position} is missing"
    said = bytes(row.comment_digest) if row.comment_digest is not None else None
    expected = link(head, {n: getattr(row, n) for n in CHAINED}, said)
    if expected.digest != bytes(row.digest):
        return f"{name}: its facts were changed"
    if expected.head != bytes(row.head):
        return f"{name}: it does not follow from the one before"
    if row.comment is not None and comment_digest(bytes(row.salt), row.comment) != said:
        return f"{name}: its comment was changed"
    return None


def _ended(ticket: str, position: int, head: bytes, heads: Mapping[str, tuple[int, bytes]]) -> str | None:
    count, kept = heads.get(ticket, (0, b""))
    if (count, bytes(kept)) == (position, head):
        return None
    return f"ticket {ticket}: its row counts {count} rows of stage history, there are {position}, or the head differs"
