"""What was asked and what came back: every call of a drill, kept as JSON lines."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

import msgspec

Outcome = Literal["ok", "failed", "unknown"]


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call of a good client, its repeats counted as one: they carry the same key.

    `ok`: it was accepted. `failed`: the last answer said no, and no earlier try was left unanswered. `unknown`: it may
    have taken effect. `began` and `seconds` are of a clock that never jumps.
    """

    key: str
    kind: str
    person_id: str
    path: str
    outcome: Outcome
    began: float
    seconds: float
    status: int = 0
    detail: str = ""
    ticket_id: str | None = None
    transition: str | None = None


class History:
    """The calls so far; threads share it. A context manager: leaving it closes the file."""

    def __init__(self, file: Path | None = None) -> None:
        self.calls: list[Call] = []
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = file.open("wb") if file else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, call: Call) -> None:
        """Keep a call, on the disk too: the drill itself may be killed."""
        line = msgspec.json.encode(call) + b"\n"
        with self._lock:
            self.calls.append(call)
            if self._file is not None:
                self._file.write(line)
                self._file.flush()

    def since(self, instant: float) -> list[Call]:
        """The calls that began at `instant` or later."""
        with self._lock:
            return [call for call in self.calls if call.began >= instant]


def read(file: Path) -> list[Call]:
    """The calls that a file holds. Raises OSError, msgspec.DecodeError."""
    return [msgspec.json.decode(line, type=Call) for line in file.read_bytes().splitlines()]
