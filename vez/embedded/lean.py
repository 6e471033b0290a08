"""What libraries import and nobody here uses: their command lines and other clients, half a second of a start.

Each is replaced before its library is imported, in the process of `vez up` alone. Where a library does not import such
a part any more, nothing happens.
"""

from __future__ import annotations

import sys
from types import ModuleType

ABSENT = ("httpx._main", "rich", "pgmq.sqlalchemy_queue", "pgmq.sqlalchemy_async_queue")
"""Their libraries do without them: coloured output for a command line, SQLAlchemy's ORM for another client."""

EMPTY = {"cel.cli": (), "minio.minioadmin": ("MinioAdmin",)}
"""Their libraries want something of that name: a prompt with completion, a client for administering servers."""


def leave_out() -> None:
    """Replace them. Call it before anything imports their libraries."""
    for name in ABSENT:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    for name, attributes in EMPTY.items():
        stand_in = ModuleType(name, "Left out by vez.embedded.lean.")
        for attribute in attributes:
            setattr(stand_in, attribute, None)
        sys.modules.setdefault(name, stand_in)
