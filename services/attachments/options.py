"""What an attachments process is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlsplit

from shared import config

MOST_PARTS_SECONDS: Final = 300
"""Reliability page, S12."""


def _store(value: str) -> str | None:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        return "is not the address of an S3 server, as https://host or http://host:port"
    return None


def _scanner(value: str) -> str | None:
    parts = urlsplit(value)
    local = parts.scheme == "unix" and bool(parts.path)
    remote = parts.scheme == "tcp" and bool(parts.hostname) and parts.port is not None
    return None if not value or local or remote else "is not the address of clamd, as unix:///path or tcp://host:3310"


def _positive(value: int) -> str | None:
    return None if value > 0 else "is not above 0"


def _short(value: int) -> str | None:
    return None if 0 < value <= MOST_PARTS_SECONDS else f"is not between 1 and {MOST_PARTS_SECONDS}"


@dataclass(frozen=True, kw_only=True)
class Options(config.Common):
    """The attachments service's options."""

    service: ClassVar[str] = "attachments"

    s3_url: str = config.option(
        "VEZ_ATTACHMENTS_S3_URL",
        "where the object store answers",
        default="http://127.0.0.1:9000",
        check=_store,
        also="VEZ_S3_ENDPOINT",
    )
    s3_bucket: str = config.option("VEZ_ATTACHMENTS_S3_BUCKET", "the bucket that is ours alone", default="vez")
    s3_region: str = config.option("VEZ_ATTACHMENTS_S3_REGION", "the bucket's region", default="us-east-1")
    s3_access_key: str = config.option(
        "VEZ_ATTACHMENTS_S3_ACCESS_KEY", "the store's access key", default="vez", also="VEZ_S3_ACCESS_KEY"
    )
    s3_secret_key: str = config.option(
        "VEZ_ATTACHMENTS_S3_SECRET_KEY", "the store's secret key", default="", secret=True, also="VEZ_S3_SECRET_KEY"
    )
    clamd_url: str = config.option(
        "VEZ_ATTACHMENTS_CLAMD_URL",
        "the virus scanner, as unix:///run/clamav/clamd.ctl or tcp://host:3310; none when not set",
        default="",
        check=_scanner,
    )
    clamd_timeout_seconds: float = config.option(
        "VEZ_ATTACHMENTS_CLAMD_TIMEOUT_SECONDS", "how long the scanner may take for one file", default=120.0
    )
    file_bytes: int = config.option(
        "VEZ_ATTACHMENTS_FILE_BYTES",
        "bytes of one file at most, where the ticket's type says nothing else",
        default=250 * 1024 * 1024,
        check=_positive,
    )
    ticket_files: int = config.option(
        "VEZ_ATTACHMENTS_TICKET_FILES",
        "files of one ticket at most, where its type says nothing else",
        default=50,
        check=_positive,
    )
    part_bytes: int = config.option(
        "VEZ_ATTACHMENTS_PART_BYTES", "bytes of one part of an upload", default=16 * 1024 * 1024, check=_positive
    )
    parts_seconds: int = config.option(
        "VEZ_ATTACHMENTS_PARTS_SECONDS",
        "how long the addresses of an upload's parts are good; they can be asked for anew",
        default=MOST_PARTS_SECONDS,
        check=_short,
    )
    streamed_bytes: int = config.option(
        "VEZ_ATTACHMENTS_STREAMED_BYTES",
        "bytes at most of a file that is sent through the service in one request; larger ones go to the store in parts",
        default=16 * 1024 * 1024,
        check=_positive,
    )
    image_pixels: int = config.option(
        "VEZ_ATTACHMENTS_IMAGE_PIXELS", "pixels of one picture at most", default=120_000_000, check=_positive
    )
    archive_entries: int = config.option(
        "VEZ_ATTACHMENTS_ARCHIVE_ENTRIES", "files in one archive at most", default=1000, check=_positive
    )
    archive_bytes: int = config.option(
        "VEZ_ATTACHMENTS_ARCHIVE_BYTES",
        "bytes of one archive's unpacked content at most",
        default=200 * 1024 * 1024,
        check=_positive,
    )
    abandoned_hours: int = config.option(
        "VEZ_ATTACHMENTS_ABANDONED_HOURS",
        "hours after which an upload that was not completed is given up",
        default=24,
        check=_positive,
    )
    sweep_seconds: float = config.option(
        "VEZ_ATTACHMENTS_SWEEP_SECONDS", "seconds between two looks for files to check and parts to remove", default=2.0
    )
    orphan_seconds: float = config.option(
        "VEZ_ATTACHMENTS_ORPHAN_SECONDS",
        "age in seconds at which an object that no file names is removed; it is looked for as often",
        default=3600.0,
    )
