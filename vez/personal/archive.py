"""A person's data as one archive: what each service has of them as JSON, list by list, and the files that they brought.

manifest.json               who, when, how much of what, and which files could not be read
identity/person.json        a list each, as the service keeps it
files/{id}/{name}           the bytes
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec

from shared.contracts.topology import SERVICES
from vez.replay.api import Api, Refused, Session

FILES: Final = "files"
PIECE: Final = 8 * 1024 * 1024
"""So much of a file is asked for at once, and held."""


@dataclass(slots=True)
class Manifest:
    """What an archive holds."""

    person_id: str
    origin: str
    made_at: datetime
    items: dict[str, dict[str, int]] = field(default_factory=dict)
    files: int = 0
    unreadable_files: list[str] = field(default_factory=list)


def write(
    api: Api, reader: Session, person_id: str, place: IO[bytes], *, now: datetime, read_one: Callable[[], None]
) -> Manifest:
    """Write everything that the services have of a person, as `reader` is given it. Raises Refused, GivenUp."""
    manifest = Manifest(person_id, api.origin.url, now)
    with ZipFile(place, "w", ZIP_DEFLATED) as archive:
        for service in SERVICES:
            of_service = f"/api/{service}/v1/people/{person_id}/data"
            for section in api.get(reader, of_service)["items"]:
                files: list[Any] = []
                with archive.open(f"{service}/{section}.json", "w", force_zip64=True) as out:
                    found = api.items(reader, f"{of_service}/{section}")
                    kept = _kept(found, files if section == FILES else None)
                    manifest.items.setdefault(service, {})[section] = _write_list(out, kept, read_one)
                for file in files:
                    _write_file(api, reader, archive, file, manifest)
        archive.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def _kept(items: Iterator[Any], stored: list[Any] | None) -> Iterator[Any]:
    """The same items; those of stored files are noted in `stored`."""
    for item in items:
        if stored is not None and item["state"] == "stored":
            stored.append(item)
        yield item


def _write_list(out: IO[bytes], items: Iterator[Any], read_one: Callable[[], None]) -> int:
    count = 0
    out.write(b"[")
    for item in items:
        out.write((b",\n" if count else b"\n") + msgspec.json.encode(item))
        count += 1
        read_one()
    out.write(b"\n]\n" if count else b"]\n")
    return count


def _write_file(api: Api, reader: Session, archive: ZipFile, file: Any, manifest: Manifest) -> None:
    """A file's bytes, a piece at a time. One that its reader may not see (a draft's, to an administrator) is named."""
    try:
        pieces = _pieces(api, reader, file)
        first = next(pieces, b"")
    except Refused as refused:
        if refused.status not in (403, 404):
            raise
        manifest.unreadable_files.append(file["id"])
        return
    name = Path(file["name"].replace("\\", "/")).name.lstrip(".") or "file"
    with archive.open(f"{FILES}/{file['id']}/{name}", "w", force_zip64=True) as out:
        out.write(first)
        for piece in pieces:
            out.write(piece)
    manifest.files += 1


def _pieces(api: Api, reader: Session, file: Any) -> Iterator[bytes]:
    path = f"/api/attachments/v1/attachments/{file['id']}/content"
    for start in range(0, file["size"], PIECE):
        end = min(start + PIECE, file["size"]) - 1
        yield api.call(reader, "GET", path, headers={"Range": f"bytes={start}-{end}"}).body
