"""The Range header (RFC 9110, 14): one span of bytes, or the whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SPAN: Final = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` on, `length` of them."""

    start: int
    length: int

    def content_range(self, size: int) -> str:
        """The Content-Range of an answer with this span."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


class Unsatisfiable(Exception):
    """The span begins behind the end."""


def wanted(header: str | None, size: int) -> Span | None:
    """The span that a Range header asks for; None means the whole, as for what is no single span of bytes.

    Raises Unsatisfiable (416).
    """
    found = _SPAN.fullmatch(header or "")
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise Unsatisfiable
        return Span(size - length, length)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, end - start + 1)
