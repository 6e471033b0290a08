"""The rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.catalog.parameters import Column
from shared.catalog.refusal import Refused
from shared.errors import Message

Wrong = dict[str, list[Message]]


def rows(
    columns: Mapping[str, Column], raw: list[Any], cell: Callable[[Column, Any], Any]
) -> tuple[list[dict[str, Any]], Wrong]:
    """The rows as they are kept, every column named, rows that are empty throughout left out; and what is wrong."""
    kept: list[dict[str, Any]] = []
    wrong: Wrong = {}
    for index, given in enumerate(raw):
        row, errors = _row(columns, given, cell)
        if any(value is not None for value in row.values()) or errors.keys() - _unfilled(errors):
            wrong.update({f"{index}.{name}" if name else str(index): texts for name, texts in errors.items()})
            kept.append(row)
    return kept, wrong


_REQUIRED = Message("This must be filled in.")


def _unfilled(errors: Wrong) -> set[str]:
    return {name for name, texts in errors.items() if texts == [_REQUIRED]}


def _row(columns: Mapping[str, Column], given: Any, cell: Callable[[Column, Any], Any]) -> tuple[dict[str, Any], Wrong]:
    if not isinstance(given, dict):
        return {}, {"": [Message("A row names its columns.")]}
    errors: Wrong = {str(name): [Message("There is no such column.")] for name in given.keys() - columns.keys()}
    row: dict[str, Any] = {}
    for code, column in columns.items():
        try:
            row[code] = cell(column, given.get(code))
        except Refused as refused:
            row[code] = None
            errors.update(refused.under(code))
        else:
            if column.required and row[code] is None:
                errors[code] = [_REQUIRED]
    return row, errors
