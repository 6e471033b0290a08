"""Published versions, decoded: they never change, so each process keeps those that it used last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from sqlalchemy import bindparam, select

from services.ticket.models import type_versions
from shared.catalog.definitions import TypeVersion
from shared.catalog.wire import version_from_wire
from shared.database import Reader, compiled
from shared.errors import Missing

KEPT: Final = 256

_STORED: Final = compiled(
    select(type_versions.c.definition).where(
        type_versions.c.type == bindparam("type"), type_versions.c.version == bindparam("version")
    )
)
_known: Final[OrderedDict[tuple[str, int], TypeVersion]] = OrderedDict()
_lock: Final = threading.Lock()


def definition(reader: Reader, type: str, version: int) -> TypeVersion:
    """The published version. Raises Missing("type_version", "code/n") where the replica lacks it."""
    key = (type, version)
    known = _known.get(key)
    if known is not None:
        return known
    wire = reader.scalar(_STORED, type=type, version=version)
    if wire is None:
        raise Missing("type_version", f"{type}/{version}")
    return _keep(key, version_from_wire(wire))


def forget() -> None:
    """Drop every decoded version: for tests, whose databases number their versions anew."""
    with _lock:
        _known.clear()


def _keep(key: tuple[str, int], version: TypeVersion) -> TypeVersion:
    with _lock:
        _known[key] = version
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return version
