"""Small event logs, written by hand in a line: `xes(case("1", event("register", "Ana")))`."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import quoteattr

BEGINNING = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
CONCEPT = '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>'


def attribute(key: str, value: object) -> str:
    """An attribute element of the value's own type."""
    if isinstance(value, bool):
        return f'<boolean key={quoteattr(key)} value="{str(value).lower()}"/>'
    if isinstance(value, datetime):
        return f'<date key={quoteattr(key)} value="{value.isoformat()}"/>'
    tag = {int: "int", float: "float"}.get(type(value), "string")
    return f"<{tag} key={quoteattr(key)} value={quoteattr(str(value))}/>"


def event(activity: str | None, resource: str | None = None, *, minute: int = 0, **attributes: object) -> str:
    """An event; attributes by keyword, `__` for the colon of an extension."""
    own = {"concept:name": activity, "org:resource": resource, "time:timestamp": BEGINNING + timedelta(minutes=minute)}
    own |= {key.replace("__", ":"): value for key, value in attributes.items()}
    return "<event>" + "".join(attribute(k, v) for k, v in own.items() if v is not None) + "</event>"


def case(name: str, *events: str, **attributes: object) -> str:
    """A trace with its events."""
    own = "".join(attribute(key.replace("__", ":"), value) for key, value in attributes.items())
    return f"<trace>{attribute('concept:name', name)}{own}{''.join(events)}</trace>"


def xes(*cases: str, header: str = "") -> str:
    """A document with these traces."""
    space = "http://www.xes-standard.org/"
    root = f'<log xes.version="1849-2016" xmlns="{space}">'
    return "\n".join(('<?xml version="1.0" encoding="UTF-8"?>', root + CONCEPT + header, *cases, "</log>"))


def written(path: Path, text: str | bytes) -> Path:
    """The file at `path`, compressed where its name says so."""
    data = text.encode() if isinstance(text, str) else text
    path.write_bytes(gzip.compress(data) if path.name.endswith(".gz") else data)
    return path


def table(header: Iterable[str], *rows: Iterable[str], delimiter: str = ",") -> str:
    """A CSV text."""
    return "".join(delimiter.join(cells) + "\n" for cells in (header, *rows))
