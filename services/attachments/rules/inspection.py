"""The check of a content that lies in a file: what it really is, and whether that is taken here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from services.attachments.rules import archives, images, kinds, reasons, sniffing
from services.attachments.rules.kinds import OLE, SVG, ZIP
from services.attachments.rules.limits import Bounds, Limits
from services.attachments.rules.reasons import Refused

CHUNK: Final = 1 << 20
_TAIL: Final = 64 * 1024 + 22
_STREAMS: Final = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
_LONGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Arrived:
    """A content that arrived whole: `file` at any place, its size, and whether all of it is text."""

    file: BinaryIO
    size: int
    is_text: bool
    name: str
    declared: str


def inspect(arrived: Arrived, limits: Limits, bounds: Bounds, beat: Callable[[], None]) -> str:
    """The content type of what arrived, when it is taken here. Raises Refused. `beat` is called while it takes time."""
    head, tail = _ends(arrived.file)
    if sniffing.is_test_virus(head):
        raise Refused(reasons.VIRUS)
    kind = sniffing.sniffed(head, is_text=arrived.is_text)
    if kind is None:
        raise Refused(reasons.UNKNOWN_TYPE)
    if sniffing.is_two_in_one(kind, head, tail):
        raise Refused(reasons.TWO_IN_ONE)
    kind = _looked_into(arrived, kind, bounds, beat)
    _agree(arrived, kind, limits)
    return kind


def _ends(file: BinaryIO) -> tuple[bytes, bytes]:
    file.seek(0)
    head = file.read(sniffing.HEAD)
    end = file.seek(0, 2)
    file.seek(max(0, end - _TAIL))
    return head, file.read(_TAIL)


def _looked_into(arrived: Arrived, kind: str, bounds: Bounds, beat: Callable[[], None]) -> str:
    """The kind of what is inside a container; pictures and archives are held to their bounds."""
    if kind == "text/plain":
        return kinds.text_type(arrived.name)
    if kind == ZIP:
        return archives.inspect(arrived.file, arrived.size, bounds, beat)
    if kind == OLE:
        return _ole(arrived.file, beat)
    if kind == "application/gzip":
        archives.bound_gzip(arrived.file, arrived.size, bounds, beat)
    if kind == SVG:
        _judge_drawing(arrived.file)
    elif kind.startswith("image/"):
        _judge_picture(arrived.file, kind, bounds)
    return kind


def _agree(arrived: Arrived, kind: str, limits: Limits) -> None:
    if not limits.takes(kind):
        raise Refused(reasons.WRONG_TYPE)
    if not kinds.ending_fits(arrived.name, kind):
        raise Refused(reasons.WRONG_ENDING)
    if not kinds.declaration_fits(arrived.declared, kind):
        raise Refused(reasons.WRONG_DECLARATION)


def _judge_picture(file: BinaryIO, kind: str, bounds: Bounds) -> None:
    try:
        size = images.dimensions(file, kind)
    except ValueError as error:
        raise Refused(reasons.BROKEN_IMAGE) from error
    if size is None:
        return
    if 0 in size:
        raise Refused(reasons.BROKEN_IMAGE)
    if size[0] * size[1] > bounds.pixels:
        raise Refused(reasons.HUGE_IMAGE)


def _judge_drawing(file: BinaryIO) -> None:
    before = b""
    file.seek(0)
    while chunk := file.read(CHUNK):
        if sniffing.is_active_svg(before + chunk):
            raise Refused(reasons.ACTIVE_IMAGE)
        before = chunk[-_LONGEST:]


def _ole(file: BinaryIO, beat: Callable[[], None]) -> str:
    """Which of the old office programs wrote a container, by the names of its streams."""
    names = {_wide(name): kind for name, kind in _STREAMS}
    forbidden = {_wide("EncryptedPackage"): reasons.LOCKED, _wide("_VBA_PROJECT"): reasons.MACROS}
    found: dict[bytes, str] = {}
    before = b""
    file.seek(0)
    while chunk := file.read(CHUNK):
        window = before + chunk
        for name, reason in forbidden.items():
            if name in window:
                raise Refused(reason)
        found.update({name: kind for name, kind in names.items() if name in window})
        before = chunk[-_LONGEST:]
        beat()
    if not found:
        raise Refused(reasons.UNKNOWN_TYPE)
    return next(kind for name, kind in names.items() if name in found)


def _wide(name: str) -> bytes:
    """A stream's name as a directory holds it, ended by a zero."""
    return name.encode("utf-16-le") + b"\0\0"
