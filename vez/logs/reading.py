"""Opening a log: which of the two forms it has, and the reader for it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vez.logs import csv, source, xes
from vez.logs.model import Columns, EventLog, LogError

BLANK: Final = b"\xef\xbb\xbf \t\r\n"
PROBE: Final = 4096


def open_log(path: Path, *, classifier: str | None = None, columns: Columns | None = None) -> EventLog:
    """The log in the file at `path`, its header read; its cases are read while they are walked.

    `classifier` names one that an XES log declares; `columns` say where a CSV log keeps what.
    Raises LogError, also while the cases are walked.
    """
    columns = columns or Columns()
    if _is_csv(path):
        if classifier:
            raise LogError(f"{path.name} is CSV, which declares no classifiers: name a column with --activity.")
        return csv.read(path, columns)
    if columns:
        raise LogError(f"{path.name} is not CSV: --case, --activity, --timestamp and --resource name columns of CSV.")
    return xes.read(path, classifier)


def _is_csv(path: Path) -> bool:
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".xes", ".xml")):
        return False
    with source.opened(path) as stream:
        start = stream.read(PROBE).lstrip(BLANK)
    return name.endswith(".csv") or not start.startswith(b"<")
