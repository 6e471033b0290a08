"""A command's writes, collected as data and sent as one statement.

Each kind of write to a table becomes one data-modifying CTE that reads its rows from one JSON parameter, so the text of
the statement depends on its shape alone and is prepared once, however many rows there are. Aggregates' rows are
written first: the numbers of their events and the links of their audit chains come from what those writes return.
The last line counts what guarded writes touched; a wrong count divides by zero, which undoes the whole statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import LargeBinary, Table

from shared.audit import Entry
from shared.database import DIALECT
from shared.errors import Lost

_encode = msgspec.json.Encoder(decimal_format="string").encode


@dataclass(slots=True)
class AggregateWrite:
    """What is written to one aggregate's row: made (`created`) or changed, with events and an audit entry."""

    table: Table
    id: str
    created: bool
    values: dict[str, Any]
    version: int | None = None
    event_count: int = 0
    audit: Entry | None = None


@dataclass(slots=True)
class OutboxRow:
    """An event to be numbered: the `place`-th of its aggregate's in this write."""

    table: Table
    values: dict[str, Any]
    aggregate_id: str
    place: int


@dataclass(slots=True)
class Writes:
    """Writes of one verb, or of a batch of verbs about different things."""

    aggregates: dict[tuple[str, str], AggregateWrite] = field(default_factory=dict)
    inserts: dict[tuple[str, tuple[str, ...]], tuple[Table, list[dict[str, Any]]]] = field(default_factory=dict)
    upserts: dict[tuple[str, ...], tuple[Table, str | None, dict[str, Any]]] = field(default_factory=dict)
    updates: dict[tuple[str, ...], UpdateWrite] = field(default_factory=dict)
    deletes: dict[tuple[str, ...], tuple[Table, dict[str, Any]]] = field(default_factory=dict)
    outbox: list[OutboxRow] = field(default_factory=list)

    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not (self.aggregates or self.inserts or self.upserts or self.updates or self.deletes)

    def merge(self, other: Writes) -> None:
        """Add another verb's writes, or none of them.

        Raises Lost when both touch the same row: they must not share a statement.
        """
        keyed = [
            (getattr(self, kind), getattr(other, kind)) for kind in ("aggregates", "upserts", "updates", "deletes")
        ]
        if not all(mine.keys().isdisjoint(theirs) for mine, theirs in keyed):
            raise Lost("two verbs of one batch write the same row")
        for mine, theirs in keyed:
            mine.update(theirs)
        for shape, (table, rows) in other.inserts.items():
            self.inserts.setdefault(shape, (table, []))[1].extend(rows)
        self.outbox.extend(other.outbox)

    def insert(self, table: Table, values: Mapping[str, Any]) -> None:
        shape = (table.name, tuple(sorted(values)))
        self.inserts.setdefault(shape, (table, []))[1].append(dict(values))


@dataclass(slots=True)
class UpdateWrite:
    """An update of the row with `key`, guarded by `expect`; `must`: touching no row is a loss."""

    table: Table
    key: dict[str, Any]
    values: dict[str, Any]
    expect: dict[str, Any]
    must: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows that share one CTE. The fields before `rows` are its shape."""

    kind: str
    table: Table
    columns: tuple[str, ...]
    keys: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    must: bool = False
    newer: str | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def shape(self) -> tuple[Any, ...]:
        return (self.kind, self.table, self.columns, self.keys, self.expects, self.must, self.newer)


def statement(writes: Writes, outbox: Table, audit_log: Table, audit_details: Table) -> tuple[str, list[str]]:
    """The SQL of `writes` and its parameters. Its one row's second column lists [event id, sequence]."""
    groups = [*_aggregate_groups(writes), *_other_groups(writes)]
    shape = tuple(g.shape for g in groups), bool(writes.outbox), _audited(writes)
    sql = _cache.get(shape)
    if sql is None:
        if len(_cache) >= 2000:
            _cache.clear()
        sql = _cache[shape] = _text(groups, bool(writes.outbox), _audited(writes), outbox, audit_log, audit_details)
    parameters: list[str] = [_json(g.rows) for g in groups]
    if writes.outbox:
        parameters.append(_json([_outbox_row(row, writes) for row in writes.outbox]))
    if _audited(writes):
        parameters.append(_json([_audit_row(w) for w in writes.aggregates.values() if w.audit]))
    parameters += [str(len(g.rows)) for g in groups if g.must]
    return sql, parameters


_cache: dict[Any, str] = {}


def _json(rows: list[dict[str, Any]]) -> str:
    return _encode(rows).decode()


def _audited(writes: Writes) -> bool:
    return any(w.audit for w in writes.aggregates.values())


def _plain(table: Table, values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    return {prefix + name: _bytes(value) for name, value in values.items()}


def _bytes(value: Any) -> Any:
    return "\\x" + value.hex() if isinstance(value, bytes | bytearray | memoryview) else value


def _aggregate_groups(writes: Writes) -> list[_Group]:
    groups: dict[tuple[Any, ...], _Group] = {}
    for write in writes.aggregates.values():
        kind = "create" if write.created else "change"
        group = _Group(kind, write.table, tuple(sorted(write.values)), must=True)
        group = groups.setdefault(group.shape, group)
        row = _plain(write.table, write.values)
        row["_events"] = write.event_count
        row["_digest"] = _bytes(write.audit.digest) if write.audit else None
        if not write.created:
            row["_id"], row["_version"] = write.id, write.version
        group.rows.append(row)
    return _ordered(groups)


def _ordered(groups: dict[tuple[Any, ...], _Group]) -> list[_Group]:
    """In one order whatever came first, so that few shapes of statements are prepared, and rows lock in one order."""
    return sorted(
        groups.values(), key=lambda g: (str(g.table.name), g.kind, g.columns, g.keys, g.expects, g.newer or "")
    )


def _other_groups(writes: Writes) -> list[_Group]:
    groups: dict[tuple[Any, ...], _Group] = {}

    def add(group: _Group, row: dict[str, Any]) -> None:
        groups.setdefault(group.shape, group).rows.append(row)

    for (_, columns), (table, rows) in writes.inserts.items():
        for values in rows:
            add(_Group("insert", table, columns), _plain(table, values))
    for table, newer, values in writes.upserts.values():
        add(_Group("upsert", table, tuple(sorted(values)), newer=newer), _plain(table, values))
    for update in writes.updates.values():
        shape = _Group(
            "update",
            update.table,
            tuple(sorted(update.values)),
            tuple(sorted(update.key)),
            tuple(sorted(update.expect)),
            update.must,
        )
        row = _plain(update.table, update.values)
        row |= _plain(update.table, update.key, "_key_") | _plain(update.table, update.expect, "_expect_")
        add(shape, row)
    for table, key in writes.deletes.values():
        add(_Group("delete", table, (), tuple(sorted(key))), _plain(table, key, "_key_"))
    return _ordered(groups)


def _outbox_row(row: OutboxRow, writes: Writes) -> dict[str, Any]:
    write = writes.aggregates[(row.table.name, row.aggregate_id)]
    return {**row.values, "_table": str(row.table.name), "_back": write.event_count - row.place}


def _audit_row(write: AggregateWrite) -> dict[str, Any]:
    assert write.audit is not None
    entry = write.audit
    return {
        "id": entry.id,
        "word": entry.word,
        "aggregate_id": entry.aggregate_id,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "action": entry.action,
        "detail_digest": _bytes(entry.detail_digest),
        "digest": _bytes(entry.digest),
        "salt": _bytes(entry.salt),
        "detail": entry.detail,
        "_table": str(write.table.name),
    }


# ---- the text of a statement -------------------------------------------------------------------------------------


def _type(table: Table, column: str) -> str:
    kind = table.c[column].type
    return "bytea" if isinstance(kind, LargeBinary) else str(kind.compile(dialect=DIALECT))


def _records(table: Table, columns: Mapping[str, str]) -> str:
    declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    return f"json_to_recordset(%s::json) AS v({declared})"


def _quoted(names: tuple[str, ...] | list[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{n}"' for n in names)


def _create(group: _Group) -> str:
    table = group.table
    columns = {c: _type(table, c) for c in group.columns} | {"_events": "bigint", "_digest": "bytea"}
    names, sources = list(group.columns), [f'v."{c}"' for c in group.columns]
    names.append("sequence")
    sources.append("v._events")
    if "head" in table.c:
        names += ["head", "audit_count"]
        sources += [
            "CASE WHEN v._digest IS NULL THEN ''::bytea ELSE sha256(v._digest) END",
            "(v._digest IS NOT NULL)::int",
        ]
    return (
        f'INSERT INTO "{table.name}" ({_quoted(names)}) SELECT {", ".join(sources)} '
        f"FROM {_records(table, columns)} {_returning(table)}"
    )


def _change(group: _Group) -> str:
    table, key = group.table, _primary(group.table)
    columns = {c: _type(table, c) for c in group.columns}
    columns |= {"_events": "bigint", "_digest": "bytea", "_id": _type(table, key), "_version": "integer"}
    sets = [f'"{c}" = v."{c}"' for c in group.columns]
    sets.append("sequence = t.sequence + v._events")
    if "version" in table.c:
        sets.append("version = t.version + (v._version IS NOT NULL)::int")
    if "head" in table.c:
        sets.append("head = CASE WHEN v._digest IS NULL THEN t.head ELSE sha256(t.head || v._digest) END")
        sets.append("audit_count = t.audit_count + (v._digest IS NOT NULL)::int")
    guard = " AND (v._version IS NULL OR t.version = v._version)" if "version" in table.c else ""
    return (
        f'UPDATE "{table.name}" AS t SET {", ".join(sets)} FROM {_records(table, columns)} '
        f'WHERE t."{key}" = v._id{guard} {_returning(table, "t.")}'
    )


def _primary(table: Table) -> str:
    return str(next(iter(table.primary_key.columns)).name)


def _returning(table: Table, prefix: str = "") -> str:
    chain = f"{prefix}head, {prefix}audit_count" if "head" in table.c else "''::bytea AS head, 0::bigint AS audit_count"
    return (
        f"RETURNING '{table.name}' AS table_name, {prefix}\"{_primary(table)}\"::text AS aggregate_id, "
        f"{prefix}sequence, {chain}"
    )


def _insert(group: _Group) -> str:
    columns = {c: _type(group.table, c) for c in group.columns}
    return (
        f'INSERT INTO "{group.table.name}" ({_quoted(group.columns)}) SELECT {_quoted(group.columns, "v.")} '
        f"FROM {_records(group.table, columns)}"
    )


def _upsert(group: _Group) -> str:
    keys = [str(c.name) for c in group.table.primary_key.columns]
    rest = [c for c in group.columns if c not in keys]
    if not rest:
        return f"{_insert(group)} ON CONFLICT ({_quoted(keys)}) DO NOTHING"
    sets = ", ".join(f'"{c}" = excluded."{c}"' for c in rest)
    name = group.table.name
    newer = f' WHERE "{name}"."{group.newer}" < excluded."{group.newer}"' if group.newer else ""
    return f"{_insert(group)} ON CONFLICT ({_quoted(keys)}) DO UPDATE SET {sets}{newer}"


def _update(group: _Group) -> str:
    table = group.table
    columns = {c: _type(table, c) for c in group.columns}
    columns |= {f"_key_{c}": _type(table, c) for c in group.keys}
    columns |= {f"_expect_{c}": _type(table, c) for c in group.expects}
    sets = ", ".join(f'"{c}" = v."{c}"' for c in group.columns)
    where = [f't."{c}" = v."_key_{c}"' for c in group.keys]
    where += [f't."{c}" IS NOT DISTINCT FROM v."_expect_{c}"' for c in group.expects]
    return (
        f'UPDATE "{table.name}" AS t SET {sets} FROM {_records(table, columns)} WHERE {" AND ".join(where)} RETURNING 1'
    )


def _delete(group: _Group) -> str:
    columns = {f"_key_{c}": _type(group.table, c) for c in group.keys}
    where = " AND ".join(f't."{c}" = v."_key_{c}"' for c in group.keys)
    return f'DELETE FROM "{group.table.name}" AS t USING {_records(group.table, columns)} WHERE {where}'


_WRITERS = {
    "create": _create,
    "change": _change,
    "insert": _insert,
    "upsert": _upsert,
    "update": _update,
    "delete": _delete,
}


def _text(
    groups: list[_Group], sends: bool, audits: bool, outbox: Table, audit_log: Table, audit_details: Table
) -> str:
    parts = [f"w{n} AS ({_WRITERS[g.kind](g)})" for n, g in enumerate(groups)]
    heads = [f"SELECT * FROM w{n}" for n, g in enumerate(groups) if g.kind in ("create", "change")]
    if heads:
        parts.append(f"h AS ({' UNION ALL '.join(heads)})")
    if sends:
        parts.append(f"o AS ({_outbox_text(outbox)})")
    if audits:
        parts += _audit_text(audit_log, audit_details)
    guards = [f"(SELECT count(*) FROM w{n}) = %s::int" for n, g in enumerate(groups) if g.must]
    kept = f"1 / ({' AND '.join(guards)})::int" if guards else "1"
    numbered = "(SELECT json_agg(json_build_array(o.id, o.sequence)) FROM o)" if sends else "NULL"
    return f"WITH {', '.join(parts)} SELECT {kept} AS kept, {numbered} AS numbered"


def _outbox_text(outbox: Table) -> str:
    plain = [c.name for c in outbox.c if c.name not in ("sequence", "leased_until", "sent_at")]
    columns = {c: _type(outbox, c) for c in plain} | {"_table": "text", "_back": "bigint"}
    return (
        f"INSERT INTO outbox ({_quoted(plain)}, sequence) SELECT {_quoted(plain, 'v.')}, h.sequence - v._back "
        f"FROM {_records(outbox, columns)} JOIN h ON h.table_name = v._table AND h.aggregate_id = v.aggregate_id "
        "RETURNING id, sequence"
    )


def _audit_text(audit_log: Table, audit_details: Table) -> list[str]:
    plain = [c.name for c in audit_log.c if c.name not in ("position", "head")]
    columns = {c: _type(audit_log, c) for c in plain}
    columns |= {"salt": "bytea", "detail": "jsonb", "_table": "text"}
    rows = f"av AS (SELECT * FROM {_records(audit_log, columns)})"
    log = (
        f"al AS (INSERT INTO audit_log ({_quoted(plain)}, position, head) SELECT {_quoted(plain, 'v.')}, "
        "h.audit_count, "
        "h.head FROM av AS v JOIN h ON h.table_name = v._table AND h.aggregate_id = v.aggregate_id)"
    )
    details = "ad AS (INSERT INTO audit_details (id, salt, detail) SELECT id, salt, detail FROM av)"
    return [rows, log, details]
