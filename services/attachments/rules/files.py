"""A file of a ticket: its states, its parts, who sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from services.attachments.rules.rights import Standing
from shared.errors import Conflict, VezError

STATES: Final = ("uploading", "checking", "stored", "rejected")
PARTS_SECONDS: Final = 300
"""How long at most the addresses of an upload's parts are good (reliability page, S12); they can be asked for anew."""
LINK_SECONDS: Final = 60
LEASE: Final = timedelta(seconds=60)
"""For how long a check holds a file without saying that it goes on."""
HEAD_START: Final = timedelta(seconds=5)
"""What the doorbell gets before the sweep looks at a file."""
MOST_FAILURES: Final = 5
LONGEST_WAIT: Final = timedelta(seconds=30)
CHUNK: Final = 1 << 20
QUARANTINE: Final = "quarantine/"
CONTENTS: Final = "files/"
THUMBNAILS: Final = "thumbnails/"
THUMBNAIL_TYPE: Final = "image/webp"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an upload: an object of its own under the quarantine's prefix."""

    number: int
    size: int
    etag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as its row tells it."""

    id: str
    ticket_id: str
    type: str = ""
    by_id: str
    author: str = ""
    name: str
    size: int
    declared_type: str = ""
    content_type: str = ""
    announced_sha256: str | None = None
    sha256: str | None = None
    is_internal: bool = False
    message_id: str | None = None
    parameter: str | None = None
    state: str = "uploading"
    reason: str | None = None
    parts: tuple[Part, ...] = ()
    failure_count: int = 0
    leased_until: datetime | None = None
    removed_at: datetime | None = None
    created_at: datetime
    version: int = 1
    has_thumbnail: bool = False

    @property
    def is_stored(self) -> bool:
        """Checked, and there to be read."""
        return self.state == "stored"


def plan(size: int, part_size: int) -> tuple[Part, ...]:
    """The parts in which a file of `size` bytes is sent."""
    count = max(1, -(-size // part_size))
    return tuple(Part(n, min(part_size, size - (n - 1) * part_size)) for n in range(1, count + 1))


def part_key(file_id: str, number: int) -> str:
    """Where a part lies until it was checked."""
    return f"{QUARANTINE}{file_id}/{number}"


def content_key(sha256: str) -> str:
    """Where content that was checked lies: by what it is."""
    return f"{CONTENTS}{sha256[:2]}/{sha256}"


def thumbnail_key(sha256: str) -> str:
    """Where the small picture of a content lies: it comes and goes with it."""
    return f"{THUMBNAILS}{sha256[:2]}/{sha256}"


def may_see(file: File, actor_id: str, standing: Standing) -> bool:
    """What is stored, whoever sees the ticket and the parameter that it answers; what is not, its sender alone.

    Internal ones are the attendants'. Who may fill a parameter sees what they sent for it, though its condition is not
    true yet: it may come true with what they save next.
    """
    if file.removed_at is not None or (file.is_internal and not standing.attends):
        return False
    is_own = file.by_id == actor_id
    if not file.is_stored:
        return is_own
    is_shown = file.parameter is None or file.parameter in standing.shown
    return is_shown or (is_own and file.parameter in standing.fillable)


def unreadable(file: File) -> VezError | None:
    """Why the content cannot be read yet, or ever."""
    if file.is_stored:
        return None
    if file.state == "rejected":
        return Conflict("This file was refused, so it cannot be read", type="rejected")
    return Conflict("This file is still being checked", type="unchecked")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Which numbers of a completion are not those of the upload."""

    lacking: Sequence[int] = ()
    unknown: Sequence[int] = ()

    def __bool__(self) -> bool:
        return bool(self.lacking or self.unknown)


def compare(parts: Sequence[Part], named: Sequence[Part]) -> Mismatch:
    """What of a completion does not fit the upload's parts; a number named twice is unknown."""
    wanted = {part.number for part in parts}
    counted = Counter(part.number for part in named)
    unknown = sorted(number for number, times in counted.items() if number not in wanted or times > 1)
    return Mismatch(sorted(wanted - counted.keys()), unknown)


def sent(parts: Sequence[Part], named: Sequence[Part]) -> tuple[Part, ...]:
    """The upload's parts with the tags that a completion gives them."""
    tags = {part.number: part.etag for part in named}
    return tuple(Part(part.number, part.size, bare(tags[part.number])) for part in parts)


def bare(etag: str | None) -> str | None:
    """An entity tag without its quotes."""
    return etag.strip().removeprefix("W/").strip('"') if etag else None


def to_wire(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Parts as they are kept."""
    return [{"number": part.number, "size": part.size, "etag": part.etag} for part in parts]


def from_wire(parts: Sequence[Any] | None) -> tuple[Part, ...]:
    """Parts as they were kept."""
    return tuple(Part(each["number"], each["size"], each.get("etag")) for each in parts or ())


def pause(failure_count: int) -> timedelta:
    """How long a check that failed waits: 1 s doubling to 30 s."""
    return min(LONGEST_WAIT, timedelta(seconds=2 ** min(failure_count, 10)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What somebody wants to send."""

    ticket_id: str
    name: str
    size: int
    content_type: str = ""
    sha256: str | None = None
    internal: bool = False
    message_id: str | None = None
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload under way; `arrived` are the parts that are there already."""

    file: File
    arrived: dict[int, str] = field(default_factory=dict)
