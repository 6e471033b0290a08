"""CSV in pm4py's columns: one event a line, what is the case's own in columns that begin with `case:`."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime
from typing import IO, Final

from vez.export.spool import Spool
from vez.logs import LogCase, Value
from vez.logs.model import ACTIVITY, CASE_PREFIX, RESOURCE, TIMESTAMP

ENDING: Final = "\r\n"
"""RFC 4180's end of a line; the writer puts what holds a character of it in quotes, and no other's."""
FIRST: Final = (CASE_PREFIX + ACTIVITY, ACTIVITY, TIMESTAMP, RESOURCE)


def write(cases: Iterable[LogCase], out: IO[str], spool: Spool) -> None:
    """Write the cases' events. The first line names every column, so the cases are kept in `spool` before it is known.

    Raises OSError.
    """
    columns = dict.fromkeys(FIRST)
    for case in cases:
        spool.add(case)
        for event in case.events:
            columns.update(dict.fromkeys(event.attributes))
        columns.update(dict.fromkeys(CASE_PREFIX + key for key in case.attributes))
    lines = csv.writer(out, lineterminator=ENDING)
    lines.writerow(columns)
    for case in spool:
        own = {CASE_PREFIX + key: value for key, value in case.attributes.items()}
        for event in case.events:
            held = own | dict(event.attributes)
            lines.writerow([text_of(held[key]) if key in held else "" for key in columns])


def text_of(value: Value) -> str:
    """A value as text, from which its type can be told again."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
