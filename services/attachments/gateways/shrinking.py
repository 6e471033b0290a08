"""A process of its own that makes a picture small: `python -m … FORMAT PIXELS`, the picture at stdin, WebP at stdout.

Decoders of pictures are where hostile files do harm, so they run here: bounded in memory and time by the system, with
nothing in the environment, and dead afterwards. Whatever goes wrong ends the process with a status that is not 0.
"""

from __future__ import annotations

import resource
import sys
import warnings
from typing import BinaryIO, Final

from PIL import Image, ImageOps

BOX: Final = (320, 320)
QUALITY: Final = 80
SMOOTH: Final = ("L", "LA", "RGB", "RGBA", "CMYK", "YCbCr")
"""Whose neighbouring pixels can be averaged; others, with a palette say, become RGBA first."""
MEMORY_BYTES: Final = 384 * 1024 * 1024
PROCESSOR_SECONDS: Final = 10


def confine() -> None:
    """Bound this process for good."""
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: PROCESSOR_SECONDS,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
    }
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most))


def shrink(picture: BinaryIO, form: str, pixels: int, target: BinaryIO) -> None:
    """Write the first picture of the file, upright, at most BOX large and with nothing else in it, as WebP.

    Raises what Pillow raises.
    """
    Image.MAX_IMAGE_PIXELS = pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(picture, formats=[form]) as opened:
        image = opened if opened.mode in SMOOTH else opened.convert("RGBA")
        image.thumbnail(BOX)  # a JPEG is decoded at that scale, not unpacked whole
        upright = ImageOps.exif_transpose(image)
        mode = "RGBA" if upright.mode in ("RGBA", "LA") else "RGB"
        upright.convert(mode).save(target, "WEBP", quality=QUALITY, exif=b"", xmp=b"", icc_profile=None)


def main(form: str, pixels: str) -> None:
    """Read by an opening of our own: the place in the file is the parent's."""
    confine()
    with open("/proc/self/fd/0", "rb") as picture:
        shrink(picture, form, int(pixels), sys.stdout.buffer)


if __name__ == "__main__":
    main(*sys.argv[1:])
