"""The words by which a catalog says which files a ticket may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"

FILE_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "image": ("image/",),
    "pdf": ("application/pdf",),
    "document": ("application/msword", f"{_OFFICE}.wordprocessingml", f"{_OPEN}.text", "application/rtf", "text/rtf"),
    "spreadsheet": ("application/vnd.ms-excel", f"{_OFFICE}.spreadsheetml", f"{_OPEN}.spreadsheet", "text/csv"),
    "presentation": ("application/vnd.ms-powerpoint", f"{_OFFICE}.presentationml", f"{_OPEN}.presentation"),
    "text": ("text/plain", "text/csv", "text/markdown"),
    "xml": ("application/xml", "text/xml"),
    "audio": ("audio/",),
    "video": ("video/",),
    "archive": ("application/zip", "application/gzip", "application/x-7z-compressed", "application/vnd.rar"),
}
"""Word → beginnings of the content types that it stands for."""


def allows(words: Iterable[str], content_type: str) -> bool:
    """Whether files of that content type are among those words. No word allows every type."""
    chosen = list(words)
    kind = content_type.partition(";")[0].strip().lower()
    return not chosen or any(kind.startswith(FILE_TYPES[word]) for word in chosen if word in FILE_TYPES)
