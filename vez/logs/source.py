"""The bytes of a log: compressed or not, in pieces, with what is wrong with the file told as LogError."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from vez.logs.model import LogError

GZIP_MAGIC: Final = b"\x1f\x8b"
PIECE: Final = 256 * 1024


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The log's bytes, decompressed. Raises LogError: not there, unreadable, empty, cut short or damaged."""
    try:
        with path.open("rb") as raw:
            magic = raw.read(2)
            raw.seek(0)
            if not magic:
                raise LogError(f"{path.name} is empty.")
            if magic != GZIP_MAGIC:
                yield raw
                return
            with gzip.open(raw) as plain:
                if not plain.peek(1):
                    raise LogError(f"{path.name} is empty.")
                yield cast(IO[bytes], plain)
    except EOFError as error:
        raise LogError(f"{path.name} is cut short: its compressed data ends too early. Fetch it again.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise LogError(f"{path.name} is damaged: its compressed data does not hold together ({error}).") from error
    except OSError as error:
        raise LogError(f"{path} cannot be read: {error.strerror or error}.") from error


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream in pieces of bounded size."""
    while piece := stream.read(PIECE):
        yield piece


def stem(path: Path) -> str:
    """The log's name: its file's, without the endings that say how it is written."""
    name = path.name
    for ending in (".gz", ".xes", ".xml", ".csv", ".txt", ".json", ".jsonocel"):
        if name.lower().endswith(ending) and len(name) > len(ending):
            name = name[: -len(ending)]
    return name
