"""Whether what the system remembers of a case is what the log says: stage by stage, by whom, held by whom. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from vez.discover.draft import ENTRY, TERMINAL


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry into a stage. `by` and `holder` are ids of people."""

    stage: str
    by: str | None
    holder: str | None

    def __str__(self) -> str:
        return f"{self.stage} by {self.by}, then held by {self.holder}"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A case whose history is not the log's, and the first row in which they part (counted from 1)."""

    case: str
    ticket_id: str | None
    row: int
    log: str | None
    history: str | None


def entries(items: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """The rows of a history, without those of the entry and terminal stages, which no log has."""
    rows = [item for item in items if item["stage"]["code"] not in (ENTRY, TERMINAL)]
    return [Entry(row["stage"]["code"], _id(row["by"]), _id(row["holder_after"])) for row in rows]


def is_finished(items: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a history ends in the terminal stage."""
    return bool(items) and items[-1]["stage"]["code"] == TERMINAL


def difference(case: str, ticket_id: str | None, log: Sequence[Entry], history: Sequence[Entry]) -> Mismatch | None:
    """The first difference between the two, or None."""
    for row, (wanted, found) in enumerate(zip_longest(log, history), start=1):
        if wanted != found:
            return Mismatch(case, ticket_id, row, _said(wanted), _said(found))
    return None


def _said(entry: Entry | None) -> str | None:
    return None if entry is None else str(entry)


def _id(who: Any) -> str | None:
    return who.get("id") if isinstance(who, Mapping) else who
