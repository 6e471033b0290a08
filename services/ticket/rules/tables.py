"""A report's rows as CSV (RFC 4180), safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

import msgspec

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, in narrow and in wide signs.

Source: OWASP, *CSV Injection*.
"""
WAY: Final = " > "
"""Between the stages of a variant."""
SEPARATORS: Final = {"comma": ",", "semicolon": ";"}


def csv_of(shape: type[msgspec.Struct], rows: Sequence[msgspec.Struct], *, separator: str = "comma") -> str:
    """A heading and a line for each of `rows`, all of `shape`. What has a code or an id has a column for its name too.

    Instants and durations are written as in JSON.
    """
    written = io.StringIO()
    lines = csv.writer(written, delimiter=SEPARATORS[separator], lineterminator="\r\n")
    lines.writerow(_heading(shape))
    for row in rows:
        lines.writerow([_cell(value) for value in _values(row)])
    return written.getvalue()


def _heading(shape: type[msgspec.Struct], before: str = "") -> list[str]:
    names: list[str] = []
    for field in msgspec.structs.fields(shape):
        inner = _struct_in(field.type)
        if inner is not None and not _is_list(field.type):
            names += _heading(inner, f"{before}{field.name}_")
        else:
            names.append(before + field.name)
    return names


def _values(row: msgspec.Struct) -> Iterator[Any]:
    for field in msgspec.structs.fields(row):
        value, inner = getattr(row, field.name), _struct_in(field.type)
        if isinstance(value, list):
            yield WAY.join(str(each.name) for each in value)
        elif inner is None:
            yield value
        elif value is None:
            yield from [None] * len(_heading(inner))
        else:
            yield from _values(value)


def _struct_in(kind: Any) -> type[msgspec.Struct] | None:
    """The struct that a field holds, alone, or null, or in a list."""
    kinds = [kind, *getattr(kind, "__args__", ())]
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, msgspec.Struct)), None)


def _is_list(kind: Any) -> bool:
    return getattr(kind, "__origin__", None) is list


def _cell(value: Any) -> Any:
    """A value as a cell. Numbers stay numbers; a text that a spreadsheet would run is shown as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(FORMULA):
        return f"'{value}"
    return value
