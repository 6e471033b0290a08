"""Kinds of files: what an ending promises, and whether a name, a declaration and a content agree."""

from __future__ import annotations

from typing import Final

from services.attachments.rules.names import ending
from shared.catalog.file_types import FILE_TYPES

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
OLE: Final = "application/x-ole-storage"
ZIP: Final = "application/zip"
SVG: Final = "image/svg+xml"
HTML: Final = "text/html"
PROGRAM: Final = "application/x-executable"

ENDINGS: Final = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/bmp": ("bmp", "dib"),
    "image/tiff": ("tif", "tiff"),
    "image/heic": ("heic", "heif"),
    "image/avif": ("avif",),
    SVG: ("svg",),
    "application/pdf": ("pdf",),
    "application/msword": ("doc", "dot"),
    "application/vnd.ms-excel": ("xls", "xlt"),
    "application/vnd.ms-powerpoint": ("ppt", "pps", "pot"),
    f"{_OFFICE}.wordprocessingml.document": ("docx", "dotx"),
    f"{_OFFICE}.spreadsheetml.sheet": ("xlsx", "xltx"),
    f"{_OFFICE}.presentationml.presentation": ("pptx", "ppsx", "potx"),
    f"{_OPEN}.text": ("odt", "ott"),
    f"{_OPEN}.spreadsheet": ("ods", "ots"),
    f"{_OPEN}.presentation": ("odp", "otp"),
    "application/rtf": ("rtf",),
    "text/plain": ("txt", "text", "log", "json", "yaml", "yml", "ini", "ofx", "rem", "ret", "prn"),
    "text/csv": ("csv", "tsv"),
    "text/markdown": ("md", "markdown"),
    "application/xml": ("xml", "xsd"),
    ZIP: ("zip",),
    "application/gzip": ("gz", "tgz"),
    "application/x-7z-compressed": ("7z",),
    "application/vnd.rar": ("rar",),
    "audio/mpeg": ("mp3",),
    "audio/wav": ("wav",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/mp4": ("m4a",),
    "audio/flac": ("flac",),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov",),
    "video/webm": ("webm",),
    "video/x-matroska": ("mkv",),
    "video/x-msvideo": ("avi",),
    HTML: ("html", "htm", "xhtml", "shtml", "mht", "mhtml"),
    PROGRAM: (
        *("exe", "dll", "com", "scr", "pif", "msi", "msp", "cpl", "sys", "bat", "cmd", "ps1", "psm1", "vbs", "vbe"),
        *("js", "jse", "mjs", "wsf", "wsh", "hta", "lnk", "reg", "inf", "jar", "class", "apk", "app", "dmg", "pkg"),
        *("sh", "bash", "run", "deb", "rpm", "php", "phtml", "asp", "aspx", "jsp", "py", "pl", "rb", "swf"),
        *("docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "ppsm", "potm", "url", "scf", "iso", "img", "vhd"),
    ),
}
"""Content type → the endings that such files have."""
TYPES: Final = {end: kind for kind, ends in ENDINGS.items() for end in ends}
SERVED: Final = frozenset(ENDINGS) - {HTML, SVG, PROGRAM, "application/xml"}
"""What is sent under its own content type; the rest, which browsers would run, as bytes."""
BYTES: Final = "application/octet-stream"
_STRONG: Final = ("image", "pdf", "audio", "video")
"""Families that browsers declare rightly; the rest they often call something else."""


def expected_type(name: str, declared: str) -> str | None:
    """What a file is likely to be, by its ending, else by what its sender said; None where neither tells."""
    end = ending(name)
    if end:
        return TYPES.get(end)
    kind = declared.partition(";")[0].strip().lower()
    return kind if kind in ENDINGS else None


def family(kind: str) -> str | None:
    """The catalog's word for a content type."""
    plain = kind.partition(";")[0].strip().lower()
    if plain in ("text/csv", "text/tab-separated-values"):
        return "text"
    return next((word for word, starts in FILE_TYPES.items() if plain.startswith(starts)), None)


def ending_fits(name: str, kind: str) -> bool:
    """Whether a name's ending promises what the content is: the same family, or no ending at all."""
    end = ending(name)
    if not end:
        return True
    promised = TYPES.get(end)
    if promised is None or promised == PROGRAM:
        return False
    if promised == SVG or kind == SVG:
        return promised == kind
    return family(promised) == family(kind)


def declaration_fits(declared: str, kind: str) -> bool:
    """Whether what the sender said can be true of the content."""
    said = family(declared)
    return said not in _STRONG or said == family(kind)


def text_type(name: str) -> str:
    """What a plain text is, by its ending: nothing else tells."""
    promised = TYPES.get(ending(name), "")
    return promised if promised in ("text/csv", "text/markdown", "text/plain") else "text/plain"


def served_type(kind: str) -> str:
    """The content type under which a file is sent."""
    if kind.startswith("text/") and kind in SERVED:
        return f"{kind}; charset=utf-8"
    return kind if kind in SERVED else BYTES
