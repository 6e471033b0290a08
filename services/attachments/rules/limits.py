"""How many files a ticket may have, how big, and of which kinds: its type's word, else the house's defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.catalog.file_types import allows

DEFAULT_WORDS: Final = ("image", "pdf", "document", "spreadsheet", "presentation", "text")
ZIP: Final = "application/zip"


@dataclass(frozen=True, slots=True)
class Limits:
    """No words of the type: images, PDF, office documents, text, CSV and zip."""

    count: int
    size: int
    words: tuple[str, ...] = ()

    def takes(self, content_type: str) -> bool:
        """Whether files of this content type are taken."""
        if not self.words:
            return content_type == ZIP or allows(DEFAULT_WORDS, content_type)
        return allows(self.words, content_type)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one picture and one archive may hold (reliability page, S10)."""

    pixels: int
    entries: int
    unpacked: int


def limits_of(attachments: Mapping[str, Any] | None, defaults: Limits) -> Limits:
    """The limits that a type's `attachments` set; the defaults where they are silent."""
    given = attachments or {}
    count, size = given.get("count") or defaults.count, given.get("size_bytes") or defaults.size
    return Limits(count, size, tuple(given.get("types") or ()))
