"""How many pixels a picture unpacks to, from its header: what shows a picture holds all of them at once."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import BinaryIO, Final

Size = tuple[int, int]
SEGMENTS: Final = 2000
HEAD: Final = 64 * 1024
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE: Final = frozenset((0x01, *range(0xD0, 0xD9)))


def dimensions(file: BinaryIO, kind: str) -> Size | None:
    """Width and height; None for kinds whose header is not read here. Raises ValueError where it is damaged."""
    reader = _READERS.get(kind)
    if reader is None:
        return None
    file.seek(0)
    try:
        return reader(file)
    except (struct.error, IndexError) as error:
        raise ValueError("the header ends too early") from error


def _png(file: BinaryIO) -> Size:
    head = file.read(33)
    if head[12:16] != b"IHDR":
        raise ValueError("no IHDR")
    width, height = struct.unpack_from(">II", head, 16)
    return width, height


def _gif(file: BinaryIO) -> Size:
    width, height = struct.unpack_from("<HH", file.read(13), 6)
    return width, height


def _bmp(file: BinaryIO) -> Size:
    width, height = struct.unpack_from("<ii", file.read(30), 18)
    return abs(width), abs(height)


def _webp(file: BinaryIO) -> Size:
    head = file.read(40)
    form = head[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if form == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF)
    if form == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no known form of WebP")


def _jpeg(file: BinaryIO) -> Size:
    file.seek(2)
    for _ in range(SEGMENTS):
        mark = file.read(2)
        while len(mark) == 2 and mark == b"\xff\xff":
            mark = mark[1:] + file.read(1)
        if len(mark) < 2 or mark[0] != 0xFF:
            raise ValueError("no marker where one belongs")
        if mark[1] in _ALONE:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if mark[1] in _FRAMES:
            height, width = struct.unpack_from(">HH", file.read(5), 1)
            return width, height
        if length < 2 or mark[1] == 0xDA:
            raise ValueError("no frame before the scan")
        file.seek(length - 2, 1)
    raise ValueError("too many segments")


def _tiff(file: BinaryIO) -> Size:
    order = "<" if file.read(2) == b"II" else ">"
    file.seek(4)
    (at,) = struct.unpack(f"{order}I", file.read(4))
    file.seek(at)
    (count,) = struct.unpack(f"{order}H", file.read(2))
    found: dict[int, int] = {}
    for _ in range(min(count, SEGMENTS)):
        tag, kind, _count, raw = struct.unpack(f"{order}HHI4s", file.read(12))
        if tag in (256, 257):
            form, width = ("H", 2) if kind == 3 else ("I", 4)
            (found[tag],) = struct.unpack(f"{order}{form}", raw[:width])
    if len(found) < 2:
        raise ValueError("no width and height")
    return found[256], found[257]


def _boxed(file: BinaryIO) -> Size | None:
    """HEIC and AVIF: the largest picture that a box `ispe` in the beginning tells."""
    head = file.read(HEAD)
    sizes = []
    at = head.find(b"ispe")
    while at >= 0 and at + 16 <= len(head):
        sizes.append(struct.unpack_from(">II", head, at + 8))
        at = head.find(b"ispe", at + 4)
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


_READERS: Final[dict[str, Callable[[BinaryIO], Size | None]]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/bmp": _bmp,
    "image/webp": _webp,
    "image/jpeg": _jpeg,
    "image/tiff": _tiff,
    "image/heic": _boxed,
    "image/avif": _boxed,
}
