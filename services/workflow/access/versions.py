"""Published versions, kept in the process: they never change, so a copy is never stale."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from sqlalchemy import bindparam, select

from services.workflow.models import type_versions
from services.workflow.rules.flow import Published
from shared.catalog.wire import version_from_wire
from shared.database import Reader, compiled

KEPT: Final = 2000
_VERSION: Final = compiled(
    select(type_versions.c.content, type_versions.c.people).where(
        type_versions.c.type == bindparam("type"), type_versions.c.number == bindparam("number")
    )
)
_known: OrderedDict[tuple[bytes, str, int], Published] = OrderedDict()
_lock = threading.Lock()


def find_published(reader: Reader, type: str, number: int) -> Published | None:
    """The version that was published under `type` and `number`, or None."""
    key = (reader.connection.pgconn.db, type, number)
    known = _known.get(key)
    if known is not None:
        return known
    row = reader.one(_VERSION, type=type, number=number)
    if row is None:
        return None
    found = Published(type=type, number=number, version=version_from_wire(row.content), people=row.people)
    with _lock:
        _known[key] = found
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return found


def forget_published() -> None:
    """Forget every version, for a process under which a database was emptied or restored."""
    with _lock:
        _known.clear()


def load_published(reader: Reader, type: str, number: int) -> Published:
    """The version that a running flow is on. Raises LookupError: it was published, and nothing published goes."""
    found = find_published(reader, type, number)
    if found is None:
        raise LookupError(f"version {number} of type {type} is gone")
    return found
