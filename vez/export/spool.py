"""Cases kept on disk while a log is being read, for forms whose beginning says what is in all of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from vez.logs import LogCase, LogEvent

LENGTH: Final = 4


class Spool:
    """Cases in a file of their own beside the log, gone when the block ends; they can be walked more than once."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed when the block ends)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, case: LogCase) -> None:
        """Keep a case. Raises OSError."""
        events = [(event.activity, event.resource, event.attributes) for event in case.events]
        packed = msgspec.msgpack.encode((case.name, case.attributes, events))
        self._file.write(len(packed).to_bytes(LENGTH, "big"))
        self._file.write(packed)

    def __iter__(self) -> Iterator[LogCase]:
        """The cases as they were added."""
        self._file.seek(0)
        while length := self._file.read(LENGTH):
            packed = self._file.read(int.from_bytes(length, "big"))
            name, attributes, events = msgspec.msgpack.decode(packed)
            yield LogCase(name, attributes, [LogEvent(*event) for event in events])
