"""CSV logs: one event a line, pm4py's column names unless others are named, sorted stably by time in each case."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from vez.logs import source
from vez.logs.model import (
    ACTIVITY,
    CASE_PREFIX,
    MOST_ATTRIBUTES,
    RESOURCE,
    TIMESTAMP,
    Columns,
    EventLog,
    LogCase,
    LogError,
    LogEvent,
    Value,
    in_utc,
    parse_instant,
    resource_of,
)

CASE: Final = CASE_PREFIX + ACTIVITY
DELIMITERS: Final = ",;\t|"
LONGEST_HEADER: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where what stands in a line."""

    file: str
    header: list[str]
    case: int
    activity: int
    timestamp: int
    resource: int | None
    timestamp_format: str | None
    others: list[tuple[int, str]]


@dataclass(slots=True)
class _Rows:
    """The lines of one case, in the file's order."""

    instants: list[datetime] = field(default_factory=list)
    events: list[LogEvent] = field(default_factory=list)

    def in_time(self) -> list[LogEvent]:
        order = sorted(range(len(self.events)), key=self.instants.__getitem__)
        return [self.events[index] for index in order]


def read(path: Path, columns: Columns) -> EventLog:
    """The CSV log at `path`. Raises LogError: missing columns, wrong dates, lines that cannot be read."""
    with source.opened(path) as stream, io.TextIOWrapper(stream, "utf-8-sig", newline="") as text:
        try:
            layout, cases = _read(path.name, text, columns)
        except UnicodeDecodeError as error:
            raise LogError(
                f"{path.name} is not UTF-8 text (byte 0x{error.object[error.start]:02x}). Convert it."
            ) from error
    if not cases:
        raise LogError(f"{path.name} holds no events.")
    return EventLog(source.stem(path), layout.header[layout.activity], _cases(cases))


def _cases(cases: dict[str, _Rows]) -> Iterator[LogCase]:
    for name, rows in cases.items():
        yield LogCase(name, {}, rows.in_time())


def _read(file: str, text: io.TextIOWrapper, columns: Columns) -> tuple[_Layout, dict[str, _Rows]]:
    first = text.readline(LONGEST_HEADER)
    if len(first) >= LONGEST_HEADER:
        raise LogError(f"{file} is not a CSV log: its first line is longer than 1 MB.")
    header, delimiter = _header(first)
    layout = _layout(file, header, columns)
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    cases: dict[str, _Rows] = {}
    shared: dict[str, str] = {}
    try:
        for cells in lines:
            if cells:
                _add(layout, lines.line_num + 1, [shared.setdefault(cell, cell) for cell in cells], cases)
    except csv.Error as error:
        raise LogError(f"{file}, line {lines.line_num + 1}: {error}.") from error
    return layout, cases


def _header(line: str) -> tuple[list[str], str]:
    """The column names and the delimiter: the one that makes most columns of the first line."""

    def split(delimiter: str) -> list[str]:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]

    delimiter = max(DELIMITERS, key=lambda d: len(split(d)))
    return split(delimiter), delimiter


def _layout(file: str, header: list[str], columns: Columns) -> _Layout:
    if len(header) > MOST_ATTRIBUTES:
        raise LogError(f"{file} has more than {MOST_ATTRIBUTES:,} columns.")
    asked = {
        "--case": (columns.case, CASE),
        "--activity": (columns.activity, ACTIVITY),
        "--timestamp": (columns.timestamp, TIMESTAMP),
        "--resource": (columns.resource, RESOURCE),
    }
    found = {option: _index(header, given or usual) for option, (given, usual) in asked.items()}
    missing = [
        f"{given or usual!r} ({option})"
        for option, (given, usual) in asked.items()
        if found[option] is None and (option != "--resource" or given)
    ]
    case, activity, timestamp = found["--case"], found["--activity"], found["--timestamp"]
    if missing or case is None or activity is None or timestamp is None:
        has = ", ".join(repr(name) for name in header[:40])
        raise LogError(f"{file} has no column {', '.join(missing)}. Its first line has: {has}.")
    resource = found["--resource"]
    taken = {case, activity, timestamp, resource}
    others = [(index, name) for index, name in enumerate(header) if index not in taken and name]
    return _Layout(file, header, case, activity, timestamp, resource, columns.timestamp_format, others)


def _index(header: list[str], name: str) -> int | None:
    return header.index(name) if name in header else None


def _add(layout: _Layout, line: int, cells: list[str], cases: dict[str, _Rows]) -> None:
    if len(cells) != len(layout.header):
        raise LogError(
            f"{layout.file}, line {line}: {len(cells)} columns where the first line has {len(layout.header)}."
        )
    name, activity = cells[layout.case], cells[layout.activity]
    for column, text in ((layout.case, name), (layout.activity, activity)):
        if not text.strip():
            raise LogError(f"{layout.file}, line {line}: the column {layout.header[column]!r} is empty.")
    rows = cases.setdefault(name, _Rows())
    rows.instants.append(_instant(layout, line, cells[layout.timestamp]))
    resource = None if layout.resource is None else resource_of(cells[layout.resource])
    attributes: dict[str, Value] = {key: cells[index] for index, key in layout.others if cells[index]}
    rows.events.append(LogEvent(activity, resource, attributes))


def _instant(layout: _Layout, line: int, text: str) -> datetime:
    try:
        if layout.timestamp_format is None:
            return parse_instant(text)
        return in_utc(datetime.strptime(text, layout.timestamp_format))  # noqa: DTZ007 (in_utc puts a zone in)
    except ValueError as error:
        help = "Give its form with --timestamp-format, e.g. '%d/%m/%Y %H:%M'."
        raise LogError(f"{layout.file}, line {line}: {text[:60]!r} is no date in ISO 8601. {help}") from error
