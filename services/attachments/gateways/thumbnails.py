"""Small pictures of pictures, made in a process of their own (`shrinking`)."""

from __future__ import annotations

import subprocess
import sys
from typing import BinaryIO, Final, Protocol

from services.attachments.options import Options
from shared import telemetry

PROGRAM: Final = "services.attachments.gateways.shrinking"
SECONDS: Final = 20.0
MOST_BYTES: Final = 256 * 1024
FORMATS: Final = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/avif": "AVIF",
}
log = telemetry.logger(__name__)


class Thumbnailer(Protocol):
    """Makes small pictures."""

    def of(self, content: BinaryIO, kind: str) -> bytes | None:
        """A small WebP of a content of that type; None where none can be made. Never raises for what it is given."""


class Shrinker:
    """By a process that may take so much memory and time and no more."""

    def __init__(self, pixels: int) -> None:
        self._pixels = pixels

    def of(self, content: BinaryIO, kind: str) -> bytes | None:
        """A small WebP of a content of that type; None where none can be made."""
        form = FORMATS.get(kind)
        if form is None:
            return None
        content.flush()
        command = [sys.executable, "-I", "-m", PROGRAM, form, str(self._pixels)]
        try:
            made = subprocess.run(command, stdin=content, capture_output=True, timeout=SECONDS, env={})
        except subprocess.TimeoutExpired:
            log.info("no_thumbnail", kind=kind, status="it took too long")
            return None
        if made.returncode or not 0 < len(made.stdout) <= MOST_BYTES:
            said = made.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            log.info("no_thumbnail", kind=kind, status=made.returncode, said=said)
            return None
        return made.stdout


def thumbnailer_of(options: Options) -> Thumbnailer:
    """The maker of small pictures, held to the pixels that the options name."""
    return Shrinker(options.image_pixels)
