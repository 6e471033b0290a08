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


def first_bad(rows: Iterable[Any]) -> str | None:
    """The first history row that does not verify, in words, or None.

    `rows` are those of stage_history left-joined with their comments (salt, comment) and with what the ticket's own row
    keeps of the chain (kept_count, kept_head), ordered by ticket and position.
    """
    last: Any = None
    position, head = 0, b""
    for row in rows:
        if last is None or row.ticket_id != last.ticket_id:
            if last is not None and (wrong := _ended(last, position, head)):
                return wrong
            position, head = 0, b""
        position += 1
        if wrong := _broken(row, position, head):
            return wrong
        last, head = row, row.head
    return _ended(last, position, head) if last is not None else None


def _broken(row: Any, position: int, head: bytes) -> str | None:
    name = f"ticket {row.ticket_id} stage history row {row.position}"
    if row.position != position:
        return f"ticket {row.ticket_id}: stage history row {position} is missing"
    said = row.comment_digest
    expected = link(head, {n: getattr(row, n) for n in CHAINED}, said)
    if expected.digest != row.digest:
        return f"{name}: its facts were changed"
    if expected.head != row.head:
        return f"{name}: it does not follow from the one before"
    if row.comment is not None and comment_digest(row.salt, row.comment) != said:
        return f"{name}: its comment was changed"
    return None


def _ended(last: Any, position: int, head: bytes) -> str | None:
    name = f"ticket {last.ticket_id}"
    if last.kept_count > position:
        return f"{name}: stage history row {position + 1} is missing, its ticket counts {last.kept_count}"
    if (last.kept_count, last.kept_head) != (position, head):
        return f"{name} stage history row {last.position}: it is not the one in which its ticket's chain ends"
    return None
