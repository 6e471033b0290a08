"""What the rows say that the store must hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ARRAY, bindparam, func, literal_column, select

from services.attachments.models import attachments, contents
from shared.database import Reader, Text, compiled

_PAGE: Final = compiled(
    select(contents.c.sha256, contents.c.size, contents.c.has_thumbnail)
    .where(contents.c.state == literal_column("'stored'"), contents.c.sha256 > bindparam("after"))
    .order_by(contents.c.sha256)
    .limit(bindparam("most"))
)
_KNOWN: Final = compiled(
    select(contents.c.sha256).where(contents.c.sha256 == func.any(bindparam("sha256s", type_=ARRAY(Text))))
)
_THUMBNAILS: Final = compiled(
    select(contents.c.sha256).where(
        contents.c.sha256 == func.any(bindparam("sha256s", type_=ARRAY(Text))), contents.c.has_thumbnail
    )
)
_used: Final = (
    select(attachments.c.sha256, func.count().label("times"))
    .where(attachments.c.sha256.is_not(None), attachments.c.removed_at.is_(None))
    .group_by(attachments.c.sha256)
    .subquery("used")
)
_MISCOUNTED: Final = compiled(
    select(func.coalesce(contents.c.sha256, _used.c.sha256).label("sha256"))
    .select_from(contents.outerjoin(_used, _used.c.sha256 == contents.c.sha256, full=True))
    .where(
        func.coalesce(contents.c.reference_count, literal_column("0"))
        != func.coalesce(_used.c.times, literal_column("0"))
    )
)


@dataclass(frozen=True, slots=True)
class Content:
    """A content that is to be in the store."""

    sha256: str
    size: int
    has_thumbnail: bool = False


def contents_after(reader: Reader, after: str, most: int) -> list[Content]:
    """The next stored contents, by their hash."""
    return [Content(row.sha256, row.size, row.has_thumbnail) for row in reader.all(_PAGE, after=after, most=most)]


def known_contents(reader: Reader, sha256s: Iterable[str]) -> set[str]:
    """Those of the hashes that a row names, whatever its state."""
    wanted = sorted(set(sha256s))
    return {row.sha256 for row in reader.all(_KNOWN, sha256s=wanted)} if wanted else set()


def known_thumbnails(reader: Reader, sha256s: Iterable[str]) -> set[str]:
    """Those of the hashes whose content has a small picture."""
    wanted = sorted(set(sha256s))
    return {row.sha256 for row in reader.all(_THUMBNAILS, sha256s=wanted)} if wanted else set()


def miscounted(reader: Reader) -> list[str]:
    """Contents whose count is not the number of files that have them."""
    return [row.sha256 for row in reader.all(_MISCOUNTED)]
