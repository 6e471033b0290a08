"""The hash-chained audit log.

An entry's chained row holds ids and digests only; the detail lives in a side row, salted, which erasure may remove
while the chain still verifies (domain page, *History*). `digest` covers the row's own facts, and
`head = sha256(previous head || digest)`; the head of an aggregate's chain is a column of its row, advanced in the same
statement as the change.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.ids import new_id

_canonical = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit entry before its place in the chain is known."""

    id: str
    word: str
    aggregate_id: str
    at: datetime
    actor_id: str
    action: str
    salt: bytes
    detail: Mapping[str, Any]
    detail_digest: bytes
    digest: bytes


def digest_of(
    id: str, word: str, aggregate_id: str, at: datetime, actor_id: str, action: str, detail_digest: bytes
) -> bytes:
    """SHA-256 over the canonical JSON of a chained row's own facts."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    facts = [id, word, aggregate_id, instant, actor_id, action, detail_digest.hex()]
    return hashlib.sha256(_canonical.encode(facts)).digest()


def detail_digest_of(salt: bytes, detail: Mapping[str, Any]) -> bytes:
    """SHA-256 over the salt and the canonical JSON of the detail."""
    return hashlib.sha256(salt + _canonical.encode(detail)).digest()


def entry(word: str, aggregate_id: str, at: datetime, actor_id: str, action: str, detail: Mapping[str, Any]) -> Entry:
    """A new entry about an aggregate: `action` is the command's verb, `detail` plain JSON values."""
    id, salt = new_id(), secrets.token_bytes(16)
    plain = msgspec.to_builtins(detail)
    detail_digest = detail_digest_of(salt, plain)
    digest = digest_of(id, word, aggregate_id, at, actor_id, action, detail_digest)
    return Entry(id, word, aggregate_id, at, actor_id, action, salt, plain, detail_digest, digest)


def first_bad(rows: Iterable[Any], heads: Mapping[tuple[str, str], tuple[int, bytes]]) -> str | None:
    """The first entry that does not verify, in words, or None.

    `rows` are audit_log rows left-joined with their side rows, ordered by (word, aggregate_id, position); `heads` maps
    (word, aggregate_id) to the count and head that the aggregate's row holds.
    """
    chain: tuple[str, str] | None = None
    position, head = 0, b""
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if (row.word, row.aggregate_id) != chain:
            if chain is not None and (wrong := _ended(chain, position, head, heads)):
                return wrong
            chain, position, head = (row.word, row.aggregate_id), 0, b""
            seen.add(chain)
        position += 1
        name = f"{row.word} {row.aggregate_id} entry {row.position} ({row.id})"
        if row.position != position:
            return f"{row.word} {row.aggregate_id}: entry {position} is missing"
        facts = (row.id, row.word, row.aggregate_id, row.at, row.actor_id, row.action, bytes(row.detail_digest))
        if digest_of(*facts) != bytes(row.digest):
            return f"{name}: its facts were changed"
        head = hashlib.sha256(head + bytes(row.digest)).digest()
        if head != bytes(row.head):
            return f"{name}: it does not follow from the one before"
        if row.salt is not None and detail_digest_of(bytes(row.salt), row.detail) != bytes(row.detail_digest):
            return f"{name}: its detail was changed"
    if chain is not None and (wrong := _ended(chain, position, head, heads)):
        return wrong
    for missing, (count, _) in heads.items():
        if count and missing not in seen:
            return f"{missing[0]} {missing[1]}: all of its {count} entries are missing"
    return None


def _ended(
    chain: tuple[str, str], position: int, head: bytes, heads: Mapping[tuple[str, str], tuple[int, bytes]]
) -> str | None:
    if chain not in heads:
        return f"{chain[0]} {chain[1]}: entries of something that is not there"
    count, kept = heads[chain]
    if (count, bytes(kept)) != (position, head):
        return f"{chain[0]} {chain[1]}: its row counts {count} entries, the log has {position}, or the head differs"
    return None
