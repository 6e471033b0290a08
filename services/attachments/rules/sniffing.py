"""What a content is, told from its bytes alone: names and declarations are never believed."""

from __future__ import annotations

import codecs
import re
from typing import Final

import puremagic

from services.attachments.rules.kinds import HTML, OLE, PROGRAM, SVG, ZIP

HEAD: Final = 64 * 1024
_SIGNS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"#!", PROGRAM),
)
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    b"qt  ": "video/quicktime",
}
_BY_PUREMAGIC: Final = ("audio/", "video/")
_MARKUP: Final = re.compile(
    rb"(?:\s|<\?xml[^>]*>|<!--.*?-->|<!doctype\s+(?!html)[^>\[]*(?:\[[^\]]*\])?\s*>)*"
    rb"<(?P<tag>!doctype\s+html|html|head|body|script|iframe|style|title|svg|[a-z_][\w.:-]*|\?xml)(?=[\s>/])",
    re.IGNORECASE | re.DOTALL,
)
_ACTIVE: Final = (b"html", b"head", b"body", b"script", b"iframe", b"style", b"title")
_PLANTED: Final = re.compile(rb"<script|<html|<!doctype html|<\?php", re.IGNORECASE)
_CONTROLS: Final = tuple(bytes([b]) for b in (*range(32), 0x7F) if b not in b"\t\n\v\f\r\x1b")
_BOM: Final = codecs.BOM_UTF8
EICAR: Final = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test virus of every scanner, here in two pieces so that this file is none itself."""
_EICAR_WITHIN: Final = 128


class TextProbe:
    """Told a content piece by piece, says whether it is plain text: what decodes as UTF-8 or as Latin-1.

    Latin-1 decodes everything, so control signs are what tells bytes from text.
    """

    def __init__(self) -> None:
        self.is_text = True

    def feed(self, chunk: bytes) -> None:
        """The next piece. Many looks for one sign each take half the time of one look for all."""
        if self.is_text and any(sign in chunk for sign in _CONTROLS):
            self.is_text = False


def sniffed(head: bytes, *, is_text: bool) -> str | None:
    """The content type that the first bytes tell; a zip and an OLE container are looked into elsewhere.

    None where it cannot be told.
    """
    for sign, kind in _SIGNS:
        if head.startswith(sign):
            return kind
    return _chunked(head) or (_text(head) if is_text else _by_puremagic(head))


def _chunked(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and len(head) > 26:
        return "image/bmp"
    return None


def _text(head: bytes) -> str:
    found = _MARKUP.match(head.removeprefix(_BOM))
    if found is None:
        return "application/xml" if head.removeprefix(_BOM).lstrip()[:5].lower() == b"<?xml" else "text/plain"
    tag = b" ".join(found["tag"].lower().split())
    if tag in _ACTIVE or tag.startswith(b"!doctype"):
        return HTML
    if tag == b"svg" or tag.endswith(b":svg"):
        return SVG
    return "application/xml" if b"<?xml" in head[:200].lower() else "text/plain"


def _by_puremagic(head: bytes) -> str | None:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError, UnicodeError):
        return None
    kinds = (str(match.mime_type) for match in found if match.confidence >= 0.4)
    return next((kind for kind in kinds if kind.startswith(_BY_PUREMAGIC)), None)


def is_two_in_one(kind: str, head: bytes, tail: bytes) -> bool:
    """Whether something else is hidden in it: an archive at its end, a PDF or a page at its beginning."""
    if kind != ZIP and _ends_as_zip(tail):
        return True
    if kind.startswith("image/") and kind != SVG:
        return b"%PDF-" in head[:1024] or bool(_PLANTED.search(head) or _PLANTED.search(tail))
    return kind in ("application/pdf", OLE) and bool(_PLANTED.search(head[:1024]))


def _ends_as_zip(tail: bytes) -> bool:
    """A zip's last record reaches to the very end."""
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + 22 <= len(tail) and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail):
            return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False


def is_test_virus(head: bytes) -> bool:
    """Whether this is the file by which scanners are tested."""
    return EICAR in head[: len(EICAR) + _EICAR_WITHIN]


_PROGRAMS_IN_SVG: Final = re.compile(
    rb"<(?:[\w-]+:)?(?:script|foreignobject|iframe|object|embed|handler|set)\b|[\s\"'/]on[a-z]+\s*=|"
    rb"(?:java|vb)script\s*:|<!entity|<\?xml-stylesheet|data:text/html|@import",
    re.IGNORECASE,
)


def is_active_svg(content: bytes) -> bool:
    """Whether a drawing carries a program, or refers to one."""
    return _PROGRAMS_IN_SVG.search(content) is not None
