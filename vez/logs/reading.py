"""Opening a log: which of the three forms it has, and the reader for it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from vez.logs import csv, ocel, source, xes
from vez.logs.model import Columns, EventLog, LogError

BLANK: Final = b"\xef\xbb\xbf \t\r\n"
PROBE: Final = 4096


def open_log(path: Path, *, classifier: str | None = None, columns: Columns | None = None) -> EventLog:
    """The log in the file at `path`, its header read; its cases are read while they are walked.

    `classifier` names one that an XES log declares; `columns` say where a CSV log keeps what, and `columns.case` which
    objects of an OCEL log are its cases.
    Raises LogError, also while the cases are walked.
    """
    columns = columns or Columns()
    form = _form(path)
    if form == "ocel":
        if classifier or columns.others:
            raise LogError(f"{path.name} is OCEL: only --case, a type of objects, says how to read it.")
        return ocel.read(path, columns.case)
    if form == "csv":
        if classifier:
            raise LogError(f"{path.name} is CSV, which declares no classifiers: name a column with --activity.")
        return csv.read(path, columns)
    if columns:
        raise LogError(f"{path.name} is not CSV: --case, --activity, --timestamp and --resource name columns of CSV.")
    return xes.read(path, classifier)


def _form(path: Path) -> Literal["xes", "ocel", "csv"]:
    """By the name's ending, else by how the text begins. Raises LogError."""
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".xes", ".xml")):
        return "xes"
    with source.opened(path) as stream:
        start = stream.read(PROBE).lstrip(BLANK)
    if name.endswith((".json", ".jsonocel")):
        return "ocel"
    if name.endswith(".csv"):
        return "csv"
    return "xes" if start.startswith(b"<") else "ocel" if start.startswith(b"{") else "csv"
