"""Two tellings of one history, about different things: what is whose twin, and whether both left the same rows."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec

from shared.ids import is_id

T = TypeVar("T")
ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHOWN: Final = 4
"""How many of the rows that differ are shown."""


@dataclass
class Twins:
    """Which id or code of the second telling stands for which of the first."""

    names: dict[str, str] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)
    _back: dict[str, str] = field(default_factory=dict)

    def pair(self, name: str, twin: str) -> None:
        """These two are the same thing. A code that is no id ends with one."""
        self.names[name] = twin
        one, other = ID.findall(name)[-1], ID.findall(twin)[-1]
        self._ids[one], self._back[other] = other, one

    def of(self, value: T) -> T:
        """What the second telling says for a JSON value of the first."""
        return _renamed(value, self._ids)

    def back(self, value: T) -> T:
        """What the first telling says for a JSON value of the second."""
        return _renamed(value, self._back)


def _renamed(value: T, names: dict[str, str]) -> T:
    text = ID.sub(lambda found: names.get(found[0], found[0]), msgspec.json.encode(value).decode())
    renamed: T = msgspec.json.decode(text)
    return renamed


@dataclass(frozen=True)
class Kept:
    """Rows that a history leaves: those of `table` whose `key`, of type uuid or text, names something of its own.

    `without` are columns that may differ: ids that a handler makes, and instants at which it ran. `inside` are the
    same within a JSON column.
    """

    table: str
    key: str
    type: str = "uuid"
    without: Sequence[str] = ()
    inside: Sequence[tuple[str, Sequence[str]]] = ()
    where: str = "true"

    def query(self) -> str:
        """A statement that gives the table's name and a row, as JSON."""
        row = f"to_jsonb(t) - '{{{','.join(self.without)}}}'::text[]"
        for column, names in self.inside:
            row += f" || jsonb_build_object('{column}', t.{column} - '{{{','.join(names)}}}'::text[])"
        names = "ids" if self.type == "uuid" else "names"
        return (
            f"SELECT '{self.table}' AS kept, {row} AS row FROM {self.table} t "
            f"WHERE {self.key} = ANY(%({names})s::{self.type}[]) AND {self.where}"
        )


PEOPLE: Final = (
    Kept("people", "id"),
    Kept("erasures", "person_id", without=("requested_at",)),
    Kept("profiles", "code", "text"),
)
"""What every service keeps of people."""
CATALOG: Final = (Kept("queues", "code", "text"), Kept("settings", "key", "text"), Kept("types", "code", "text"))
"""What ticket and notify keep of the catalog."""
AUDITED: Final = Kept("audit_log", "aggregate_id", "text", without=("id", "at", "detail_digest", "digest", "head"))
"""The audit, without its chain, in which instants and ids are."""


def rows_of(connection: Any, kept: Sequence[Kept], names: Sequence[str]) -> list[Any]:
    """The rows that bear one of these names, each with its table's."""
    query = " UNION ALL ".join(each.query() for each in kept)
    parameters = {"ids": [name for name in names if is_id(name)], "names": list(names)}
    return [[row.kept, row.row] for row in connection.execute(query, parameters).fetchall()]


def differences(ordered: Sequence[Any], shaken: Sequence[Any]) -> str | None:
    """In words what one telling left and the other did not. The order of rows, and of names in a list, is no matter."""
    ours, theirs = Counter(map(_text, shaken)), Counter(map(_text, ordered))
    more, fewer = sorted((ours - theirs).elements()), sorted((theirs - ours).elements())
    said = []
    while more or fewer:
        here, there = fewer[:1], more[:1]
        if here and there and (alike := difflib.get_close_matches(here[0], more, n=1, cutoff=0.5)):
            there = alike
        said.append(_apart(here, there))
        fewer, more = fewer[len(here) :], [row for row in more if row not in there]
    return "; ".join(said[:SHOWN]) or None


def _apart(ordered: Sequence[str], shaken: Sequence[str]) -> str:
    """How a row differs from the one that it is most like; whole, where there is none."""
    if not ordered or not shaken:
        return f"only {'shaken' if shaken else 'in order'}: {(*ordered, *shaken)[0]}"
    (table, one), (other_table, other) = msgspec.json.decode(ordered[0]), msgspec.json.decode(shaken[0])
    if table != other_table:
        return f"only in order: {ordered[0]}; only shaken: {shaken[0]}"
    apart = {name: (one.get(name), other.get(name)) for name in one if one.get(name) != other.get(name)}
    return f"{table}, in order and shaken: {apart}"


def _text(row: Any) -> str:
    return msgspec.json.encode(_sorted(row), order="sorted").decode()


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(each) for name, each in value.items()}
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return sorted(value)
    return [_sorted(each) for each in value] if isinstance(value, list) else value
