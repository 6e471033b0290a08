"""Names of files: any script survives, what harms whoever saves the file does not."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

MOST_CHARACTERS: Final = 200
MOST_BYTES: Final = 240
"""File systems take 255 bytes; what saves a file may add to its name."""
NAMELESS: Final = "file"

_TURNING: Final = frozenset("\u061c\u200b\u200e\u200f\u2028\u2029\ufeff") | {
    chr(code) for span in (range(0x202A, 0x202F), range(0x2060, 0x2070)) for code in span
}
"""Marks that turn the direction of writing or cannot be seen: with them `exe.gpj` is shown as `jpg.exe`."""
_UNSEEN: Final = ("Cc", "Cs", "Co")
_UNSAFE: Final = re.compile(r'[<>:"|?*]')
_SPACES: Final = re.compile(r"\s+")


def cleaned(name: str) -> str:
    """The name under which a file is kept and offered: its last part, without control and turning marks."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign not in _TURNING and unicodedata.category(sign) not in _UNSEEN)
    plain = _SPACES.sub(" ", _UNSAFE.sub("_", kept)).strip(" .")
    if last.strip().startswith(".") and plain:
        plain = f"_{plain}"
    return _shortened(plain) or NAMELESS


def ending(name: str) -> str:
    """The name's extension in small letters without its dot; empty where it has none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def disposition(name: str) -> str:
    """A Content-Disposition that saves the file under `name` (RFC 6266): plain for old clients, UTF-8 for others."""
    folded = unicodedata.normalize("NFKD", name)
    plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%' else "_" for sign in _bare(folded))
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _bare(text: str) -> str:
    return "".join(sign for sign in text if not unicodedata.combining(sign))


def _shortened(name: str) -> str:
    """The name in at most MOST_BYTES bytes, its extension kept."""
    if len(name) <= MOST_CHARACTERS and len(name.encode()) <= MOST_BYTES:
        return name
    last = ending(name)
    tail = f".{last}" if last and len(last.encode()) <= 20 else ""
    stem = name[: len(name) - len(tail)][: MOST_CHARACTERS - len(tail)]
    while len((stem + tail).encode()) > MOST_BYTES:
        stem = stem[:-1]
    return stem.rstrip(" .") + tail
