"""Contents to send: good ones, and hostile ones made on the spot."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
GIF = b"GIF89a" + struct.pack("<HH", 4, 3) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff" + b",\0\0\0\0\4\0\3\0\0\2\2\x04\x0a\0;"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4"/></svg>'
TEXT = "Olá, é a sua vez.\n".encode()
EXE = b"MZ\x90\0" + b"\0" * 200
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def png(width: int = 4, height: int = 3) -> bytes:
    """A picture; its pixels are right only where it is small."""
    lines = (b"\0" + b"\x7f" * min(width, 16)) * min(height, 16)
    return _png(width, height, 0, zlib.compress(lines))


def blank(width: int, height: int) -> bytes:
    """A sound picture, however large, that unpacks to three bytes a pixel."""
    packing, line = zlib.compressobj(1), bytes(1 + 3 * width)
    lines = b"".join(packing.compress(line) for _ in range(height))
    return _png(width, height, 2, lines + packing.flush())


def _png(width: int, height: int, colours: int, lines: bytes) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def jpeg(width: int = 4, height: int = 3) -> bytes:
    """The skeleton of a photo."""
    start = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    frame = b"\xff\xc0\0\x0b\x08" + struct.pack(">HH", height, width) + b"\1\1\x11\0"
    return start + frame + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + b"\0" * 8 + b"\xff\xd9"


def packed(files: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    """A zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def office(folder: str = "word/", vba: Mapping[str, bytes] | None = None) -> bytes:
    """An office document, with a program where one is given."""
    return packed({"[Content_Types].xml": b"<Types/>", f"{folder}document.xml": b"<w/>", **(vba or {})})


def open_document(kind: str = "text") -> bytes:
    """An OpenDocument."""
    return packed({"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(), "content.xml": b"<x/>"})


def ole(*streams: str) -> bytes:
    """An old office document, as far as its names tell."""
    names = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + b"\0" * 64 for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + names


def symlink() -> bytes:
    """A zip with a link out of its folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


def locked() -> bytes:
    """A zip that says it is encrypted."""
    content = bytearray(packed({"a.txt": b"secret"}, stored=True))
    content[6] |= 1
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def bomb(megabytes: int) -> bytes:
    """A small zip that unpacks to much."""
    return packed({"zeros": b"\0" * (megabytes << 20)})


def nested(depth: int) -> bytes:
    """Archives in archives."""
    content = packed({"a.txt": b"deep"})
    for _ in range(depth - 1):
        content = packed({"inner.zip": content}, stored=True)
    return content


def lying() -> bytes:
    """A zip whose header says less than what it holds."""
    content = bytearray(packed({"zeros": b"\0" * (1 << 20)}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(content)


def overlapping(times: int) -> bytes:
    """A zip whose list of contents names the same megabyte again and again."""
    content = packed({"zeros": b"\0" * (1 << 20)})
    at, end = content.find(b"PK\x01\x02"), content.rfind(b"PK\x05\x06")
    entries = content[at:end] * times
    last = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, times, times, len(entries), at, 0)
    return content[:at] + entries + last


def crowded(count: int) -> bytes:
    """A zip of many small files."""
    return packed({f"{n}.txt": b"" for n in range(count)})


def two_in_one(first: bytes) -> bytes:
    """Something with an archive behind it, read as both."""
    return first + packed({"payload.class": b"x"})
