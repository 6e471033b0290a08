"""What a service keeps of a person: given out to them whole, and erased when identity says so.

A person's data is given out by sections, each a list that is read page by page. An erasure is asked by the event
`person.changed` with `erased`, leaves a row in `erasures`, is worked off by a timer in small portions, and ends with
that row as its receipt: when it was asked and done, and how much of what there was. Source: domain page, *History*
(what chains keep), *Services* (who owns what); Brazil's LGPD, articles 18 and 16.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import MetaData, text

from shared.database import Column, Id, Index, Instant, Json, Reader, Statement, Table, Text
from shared.transaction import Transaction

TIMER: Final = "erasures"
"""The name of the timer that works erasures off."""
EVERY_SECONDS: Final = 30.0

_ASKED: Final = Statement("SELECT person_id FROM erasures WHERE person_id = %(person)s")
_OLDEST: Final = Statement(
    "SELECT person_id, place, counts FROM erasures WHERE done_at IS NULL ORDER BY requested_at, person_id LIMIT 1"
)
_COUNTS: Final = Statement("SELECT counts FROM erasures WHERE person_id = %(person)s")
_DETAILS: Final = Statement(
    """SELECT l.id FROM audit_log l JOIN audit_details d ON d.id = l.id
    WHERE l.word = %(word)s AND l.aggregate_id = %(id)s"""
)
_RECEIPT: Final = Statement(
    "SELECT person_id, requested_at, done_at, counts FROM erasures WHERE person_id = %(person)s"
)


# ---- given out ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """A list of what a service has of a person. Its statement gives `key` (the place in the list) and `item` (JSON)."""

    name: str
    statement: Statement


def section(name: str, key: str, item: str, source: str, *, key_type: str = "uuid") -> Section:
    """A section: rows of `source` (FROM … WHERE …, with %(person)s) in the order of `key`, each told as `item`."""
    sql = (
        f"SELECT {key}::text AS key, {item} AS item {source}"
        f" AND (%(after)s::text IS NULL OR {key} > %(after)s::{key_type}) ORDER BY {key} LIMIT %(most)s"
    )
    return Section(name, Statement(sql))


def page(
    reader: Reader, found: Section, person_id: str, *, after: str | None, most: int
) -> tuple[list[Any], str | None]:
    """A section's next items, and the key after which the page after them begins (None at the end)."""
    rows = reader.all(found.statement, person=person_id, after=after, most=most + 1)
    return [row.item for row in rows[:most]], rows[most - 1].key if len(rows) > most else None


# ---- erased ------------------------------------------------------------------------------------------------------


def table(metadata: MetaData) -> Table:
    """Add the table `erasures` to a service's metadata and return it."""
    return Table(
        "erasures",
        metadata,
        Column("person_id", Id(), primary_key=True),
        Column("requested_at", Instant(), nullable=False),
        Column("done_at", Instant()),
        Column("place", Text),
        Column("counts", Json, nullable=False),
        Index("ix_erasures_due", "requested_at", postgresql_where=text("done_at IS NULL")),
    )


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure under way. `place` is how far it came, in the service's own words; `counts` what it erased so far."""

    person_id: str
    place: str | None = None
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a service did of an erasure, or (done_at None) is still about to do."""

    person_id: str
    requested_at: datetime
    done_at: datetime | None
    counts: dict[str, int]


def ask(tx: Transaction, person_id: str) -> None:
    """Have a person erased here: a row that waits for the timer. Asked again, it is what it was."""
    if tx.one(_ASKED, person=person_id) is None:
        tx.insert(_table(tx), {"person_id": person_id, "requested_at": tx.now, "counts": {}})
        tx.wake(TIMER)


def work_off(tx: Transaction, erase: Callable[[Transaction, Erasure], None]) -> int:
    """Have the erasure that has waited longest go on by a portion, which ends it or keeps its place; 0: none waits."""
    row = tx.one(_OLDEST)
    if row is None:
        return 0
    erase(tx, Erasure(row.person_id, row.place, row.counts))
    return 1


def erase_details(tx: Transaction, word: str, id: str) -> None:
    """Take the side rows of an aggregate's audit entries away: its chain still verifies."""
    details = tx.store.table("audit_details")
    for row in tx.all(_DETAILS, word=word, id=id):
        tx.delete(details, {"id": row.id})


def keep_place(tx: Transaction, erasure: Erasure, place: str, **counts: int) -> None:
    """A portion is erased: the next one begins after `place`."""
    values = {"place": place, "counts": _sum(erasure.counts, counts)}
    tx.update(_table(tx), {"person_id": erasure.person_id}, values, expect=_as_read(erasure))


def finish(tx: Transaction, erasure: Erasure, **counts: int) -> None:
    """All is erased, and so are the answers kept for who sent the same again: the row is the receipt."""
    tx.delete(tx.store.table("idempotency_keys"), {"person_id": erasure.person_id})
    values = {"done_at": tx.now, "counts": _sum(erasure.counts, counts)}
    tx.update(_table(tx), {"person_id": erasure.person_id}, values, expect=_as_read(erasure))


def add_to_receipt(tx: Transaction, person_id: str, **counts: int) -> None:
    """Something more of a person was erased, for another event than the person's own."""
    row = tx.one(_COUNTS, person=person_id)
    if row is None:
        tx.insert(_table(tx), {"person_id": person_id, "requested_at": tx.now, "counts": _sum({}, counts)})
        tx.wake(TIMER)
    else:
        tx.update(
            _table(tx), {"person_id": person_id}, {"counts": _sum(row.counts, counts)}, expect={"counts": row.counts}
        )


def receipt(reader: Reader, person_id: str) -> Receipt | None:
    """A person's erasure here, None where none was asked."""
    row = reader.one(_RECEIPT, person=person_id)
    return None if row is None else Receipt(row.person_id, row.requested_at, row.done_at, row.counts)


def _as_read(erasure: Erasure) -> dict[str, Any]:
    """What must not have changed since an erasure was read: who is faster wins, and the other looks again."""
    return {"place": erasure.place, "counts": erasure.counts, "done_at": None}


def _table(tx: Transaction) -> Table:
    return tx.store.table("erasures")


def _sum(before: dict[str, int], more: dict[str, int]) -> dict[str, int]:
    return {**before, **{name: before.get(name, 0) + count for name, count in more.items() if count}}
