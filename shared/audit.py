"""The hash-chained audit log.

An entry's chained row holds ids and digests only; the detail lives in a side row, salted, which erasure may remove
while the chain still verifies (domain page, *History*). `digest` covers the row's own facts, and
`head = sha256(previous head || digest)`; the head of an aggregate's chain is a column of its row, advanced in the same
statement as the change.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    MetaData,
    Select,
    Subquery,
    Table,
    Text,
    Uuid,
    and_,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from shared.database import Reader
from shared.ids import new_id

TOLD_EVERY: Final = 2000
INSTANT: Final = """'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'"""
"""How PostgreSQL writes an instant as Python does, in the connection's UTC: a million need not be read and written."""
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
    id: str, word: str, aggregate_id: str, instant: str, actor_id: str, action: str, detail_digest: bytes
) -> bytes:
    """SHA-256 over the canonical JSON of a chained row's own facts; `instant` is UTC's, as `isoformat` writes it."""
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
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    digest = digest_of(id, word, aggregate_id, instant, actor_id, action, detail_digest)
    return Entry(id, word, aggregate_id, at, actor_id, action, salt, plain, detail_digest, digest)


def first_bad(rows: Iterable[Any]) -> str | None:
    """The first entry that does not verify, in words, or None.

    `rows` are audit_log rows (`instant` is `at` as text) left-joined with their side rows (salt, detail) and with what
    the aggregate's own row keeps of its chain (kept_count, kept_head; None where there is no such row), ordered by
    word, aggregate_id and position.
    """
    last: Any = None
    position, head = 0, b""
    for row in rows:
        if last is None or row.aggregate_id != last.aggregate_id or row.word != last.word:
            if last is not None and (wrong := _ended(last, position, head)):
                return wrong
            position, head = 0, b""
        position += 1
        if wrong := _broken(row, position, head):
            return wrong
        last, head = row, row.head
    return _ended(last, position, head) if last is not None else None


def _broken(row: Any, position: int, head: bytes) -> str | None:
    if row.position != position:
        return f"{row.word} {row.aggregate_id}: entry {position} is missing"
    facts = (row.id, row.word, row.aggregate_id, row.instant, row.actor_id, row.action, row.detail_digest)
    if digest_of(*facts) != row.digest:
        return f"{_name(row)}: its facts were changed"
    if hashlib.sha256(head + row.digest).digest() != row.head:
        return f"{_name(row)}: it does not follow from the one before"
    if row.salt is not None and detail_digest_of(row.salt, row.detail) != row.detail_digest:
        return f"{_name(row)}: its detail was changed"
    return None


def _name(row: Any) -> str:
    return f"{row.word} {row.aggregate_id} entry {row.position} ({row.id})"


def _ended(last: Any, position: int, head: bytes) -> str | None:
    if last.kept_count is None:
        return f"{_name(last)}: there is no {last.word} that it is about"
    if last.kept_count > position:
        place = f"{last.word} {last.aggregate_id}"
        return f"{place}: entry {position + 1} is missing, its row counts {last.kept_count}"
    if (last.kept_count, last.kept_head) != (position, head):
        return f"{_name(last)}: it is not the one in which its row's chain ends"
    return None


def entry_count(reader: Reader, metadata: MetaData) -> int:
    """How many entries the log has."""
    return int(reader.scalar(select(func.count()).select_from(metadata.tables["audit_log"])))


def verdict(
    reader: Reader, metadata: MetaData, aggregates: Mapping[str, Table], progress: Callable[[int], None]
) -> str | None:
    """The first entry of a service's log that was changed, inserted, removed or moved, in words, or None.

    `aggregates` are the tables whose rows keep the heads of the chains, by their words; `progress` is called with the
    number of entries seen so far. Rows are streamed: memory stays flat. What a chain's head does not show is not
    found: an aggregate whose row and whole log were both removed, or a log that was made anew with its heads.
    """
    log, details = metadata.tables["audit_log"], metadata.tables["audit_details"]
    kept = _kept(aggregates)
    rows = reader.stream(_entries(log, details, kept))
    if wrong := first_bad(counted(rows, progress)):
        return wrong
    if gone := reader.one(_without_entries(log, kept)):
        return f"{gone.word} {gone.aggregate_id}: entry 1 is missing, its row counts {gone.kept_count}"
    if stray := reader.one(_without_log(log, details)):
        return f"detail {stray.id}: there is no entry that it belongs to"
    return None


@dataclass(frozen=True, slots=True)
class Verified:
    """One chain: how many entries it has, and what is wrong with the first that is, in words, or None."""

    entries: int
    wrong: str | None


def verified(
    reader: Reader, metadata: MetaData, aggregates: Mapping[str, Table], word: str, aggregate_id: str
) -> Verified | None:
    """The verdict on the chain of one aggregate, as `verdict` gives it; None where there is no such thing."""
    log, details, table = metadata.tables["audit_log"], metadata.tables["audit_details"], aggregates.get(word)
    if table is None or "head" not in table.c:
        return None
    key = next(iter(table.primary_key.columns))
    if isinstance(key.type, Uuid) and not _is_uuid(aggregate_id):
        return None
    kept = select(*_head_of(word, table)).where(key == aggregate_id).subquery("kept")
    about = log.c.word == word, log.c.aggregate_id == aggregate_id
    rows = reader.all(_entries(log, details, kept).where(*about))
    if rows:
        return Verified(len(rows), first_bad(rows))
    head = reader.one(select(kept.c.kept_count))
    if head is None:
        return None
    gone = f"{word} {aggregate_id}: entry 1 is missing, its row counts {head.kept_count}" if head.kept_count else None
    return Verified(0, gone)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def counted(rows: Iterable[Any], progress: Callable[[int], None]) -> Iterator[Any]:
    """The same rows; `progress` is told now and then how many went by."""
    for count, row in enumerate(rows, 1):
        if count % TOLD_EVERY == 0:
            progress(count)
        yield row


def _kept(aggregates: Mapping[str, Table]) -> Subquery:
    heads = [select(*_head_of(word, table)) for word, table in aggregates.items() if "head" in table.c]
    return union_all(*heads).subquery("kept")


def _head_of(word: str, table: Table) -> tuple[ColumnElement[Any], ...]:
    return (
        literal_column(f"'{word}'", Text).label("word"),
        cast(next(iter(table.primary_key.columns)), Text).label("aggregate_id"),
        table.c.audit_count.label("kept_count"),
        table.c.head.label("kept_head"),
    )


def _entries(log: Table, details: Table, kept: Subquery) -> Select[Any]:
    joined = log.outerjoin(details, details.c.id == log.c.id).outerjoin(kept, _same(log, kept))
    instant = func.to_char(log.c.at, literal_column(INSTANT)).label("instant")
    facts = (column for column in log.c if column.name != "at")
    shown = (*facts, instant, details.c.salt, details.c.detail, kept.c.kept_count, kept.c.kept_head)
    return select(*shown).select_from(joined).order_by(log.c.word, log.c.aggregate_id, log.c.position)


def _without_entries(log: Table, kept: Subquery) -> Select[Any]:
    is_there = select(log.c.id).where(_same(log, kept)).exists()
    return select(kept).where(kept.c.kept_count > 0, ~is_there).order_by(kept.c.word, kept.c.aggregate_id).limit(1)


def _without_log(log: Table, details: Table) -> Select[Any]:
    return select(details.c.id).where(~select(log.c.id).where(log.c.id == details.c.id).exists()).limit(1)


def _same(log: Table, kept: Subquery) -> ColumnElement[bool]:
    return and_(kept.c.word == log.c.word, kept.c.aggregate_id == log.c.aggregate_id)
