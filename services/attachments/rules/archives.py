"""Zip archives, and the documents that are ones: bounded before anything is unpacked, then really unpacked and counted.

Nothing is believed that a header says: sizes are counted while unpacking, so that overlapping entries, lying sizes and
archives in archives all end at the same bound (reliability page, S10).
"""

from __future__ import annotations

import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, BinaryIO, Final

from services.attachments.rules import reasons
from services.attachments.rules.kinds import ZIP
from services.attachments.rules.limits import Bounds
from services.attachments.rules.reasons import Refused
from services.attachments.rules.sniffing import is_test_virus

RATIO: Final = 100
"""How many times its own size an archive may unpack to, once that is more than SMALL bytes."""
SMALL: Final = 8 * 1024 * 1024
DEPTH: Final = 2
CHUNK: Final = 256 * 1024
_TAIL: Final = 22 + 0xFFFF
_DIRECTORY_BYTES: Final = 4 * 1024 * 1024
_UNPACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The ways of packing whose unpacking is bounded step by step."""
_ENCRYPTED: Final = 0x1
_OPEN: Final = b"application/vnd.oasis.opendocument."
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_FOLDERS: Final = {
    "word/": f"{_OFFICE}.wordprocessingml.document",
    "xl/": f"{_OFFICE}.spreadsheetml.sheet",
    "ppt/": f"{_OFFICE}.presentationml.presentation",
}
_PROGRAMS: Final = ("META-INF/MANIFEST.MF", "AndroidManifest.xml", "classes.dex")
_MACROS: Final = ("vbaproject.bin", "basic/script-lc.xml")

Beat = Callable[[], None]


@dataclass(slots=True)
class _Count:
    """What was unpacked so far, over all levels."""

    bounds: Bounds
    packed: int
    beat: Beat
    unpacked: int = 0
    entries: int = 0

    def add(self, more: int) -> None:
        self.unpacked += more
        huge = self.unpacked > self.bounds.unpacked
        if huge or (self.unpacked > SMALL and self.unpacked > RATIO * self.packed):
            raise Refused(reasons.HUGE_ARCHIVE)
        self.beat()

    def add_entries(self, more: int) -> None:
        self.entries += more
        if self.entries > self.bounds.entries:
            raise Refused(reasons.CROWDED_ARCHIVE)


def inspect(file: BinaryIO, size: int, bounds: Bounds, beat: Beat) -> str:
    """The content type of a zip, or of the document that it is. Raises Refused."""
    try:
        return _inspect(file, _Count(bounds, size, beat), DEPTH)
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, OSError, UnicodeError) as error:
        raise Refused(reasons.BROKEN_ARCHIVE) from error


def _inspect(file: BinaryIO, count: _Count, depth: int) -> str:
    _bound_directory(file)
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        count.add_entries(len(entries))
        for entry in entries:
            _judge(entry)
        for entry in entries:
            if not entry.is_dir():
                _unpack(archive, entry, count, depth)
        return _kind(archive, [entry.filename for entry in entries])


def _bound_directory(file: BinaryIO) -> None:
    """Refuse a list of contents that would not fit in memory, before anything reads it."""
    end = file.seek(0, 2)
    file.seek(max(0, end - _TAIL))
    tail = file.read(_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        raise Refused(reasons.BROKEN_ARCHIVE)
    (length,) = struct.unpack_from("<I", tail, at + 12)
    if length == 0xFFFFFFFF:
        big = tail.rfind(b"PK\x06\x06", 0, at)
        if big < 0 or big + 48 > len(tail):
            raise Refused(reasons.BROKEN_ARCHIVE)
        (length,) = struct.unpack_from("<Q", tail, big + 40)
    if length > _DIRECTORY_BYTES:
        raise Refused(reasons.CROWDED_ARCHIVE)
    file.seek(0)


def _judge(entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        raise Refused(reasons.ESCAPING_ARCHIVE)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused(reasons.ESCAPING_ARCHIVE)
    if entry.flag_bits & _ENCRYPTED:
        raise Refused(reasons.LOCKED)
    if entry.compress_type not in _UNPACKED:
        raise Refused(reasons.ODD_ARCHIVE)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, count: _Count, depth: int) -> None:
    with archive.open(entry) as content:
        chunk = content.read(CHUNK)
        if is_test_virus(chunk):
            raise Refused(reasons.VIRUS)
        if chunk.startswith(b"PK\x03\x04"):
            _look_into(chunk, content, count, depth)
            return
        while chunk:
            count.add(len(chunk))
            chunk = content.read(CHUNK)


def _look_into(chunk: bytes, content: IO[bytes], count: _Count, depth: int) -> None:
    """An archive in the archive: unpacked to a file, bounded all the same, and looked into."""
    if depth <= 1:
        raise Refused(reasons.DEEP_ARCHIVE)
    with tempfile.TemporaryFile(prefix="vez-check-") as inner:
        while chunk:
            count.add(len(chunk))
            inner.write(chunk)
            chunk = content.read(CHUNK)
        _inspect(inner, count, depth - 1)


def _kind(archive: zipfile.ZipFile, names: Sequence[str]) -> str:
    if any(name.lower().endswith(_MACROS) for name in names):
        raise Refused(reasons.MACROS)
    if names and names[0] == "mimetype":
        declared = archive.read("mimetype")[:200].strip()
        return declared.decode("ascii") if declared.startswith(_OPEN) else "application/epub+zip"
    if "[Content_Types].xml" in names:
        return next((kind for folder, kind in _FOLDERS.items() if any(n.startswith(folder) for n in names)), ZIP)
    if any(name in names for name in _PROGRAMS):
        return "application/java-archive"
    return ZIP


def bound_gzip(file: BinaryIO, size: int, bounds: Bounds, beat: Beat) -> None:
    """Unpack a gzip and count. Raises Refused."""
    count = _Count(bounds, size, beat)
    unpacking = zlib.decompressobj(wbits=31)
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            while chunk and not unpacking.eof:
                count.add(len(unpacking.decompress(chunk, CHUNK)))
                chunk = unpacking.unconsumed_tail
    except zlib.error as error:
        raise Refused(reasons.BROKEN_ARCHIVE) from error
