"""Sessions, as the person whose they are, or an administrator, sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from services.identity.access.links import find_link
from services.identity.access.people import find_person, load_person
from services.identity.models import sessions
from services.identity.rules.links import Link, is_good
from shared.database import Reader, compiled
from shared.errors import NotFound
from shared.ids import Actor

_OPEN: Final = compiled(
    select(sessions)
    .where(
        sessions.c.person_id == bindparam("person_id"),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("now"),
        sessions.c.id > bindparam("after"),
    )
    .order_by(sessions.c.id)
    .limit(bindparam("most"))
)
_LEAST: Final = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An open session. `is_current`: the one that asks. `version` never moves: a session lives or is over."""

    id: str
    address: str
    agent: str
    is_portal: bool
    is_current: bool
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class LinkShown:
    """Whose link this is and what for."""

    name: str
    purpose: str
    expires_at: datetime


def open_sessions(
    reader: Reader, actor: Actor, person_id: str, *, current: str | None, after: str | None, most: int
) -> list[Open]:
    """A person's open sessions, oldest first; one more than asked for tells that there are more. Raises NotFound."""
    load_person(reader, actor, person_id)
    rows = reader.all(_OPEN, person_id=person_id, now=reader.now, after=after or _LEAST, most=most + 1)
    return [
        Open(
            id=row.id,
            address=row.address,
            agent=row.agent,
            is_portal=row.portal_digest is not None,
            is_current=row.id == current,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
        )
        for row in rows
    ]


def good_link(reader: Reader, id: str) -> Link | None:
    """A link that may be used now, or None."""
    link = find_link(reader, id)
    return link if is_good(link, reader.now) else None


def link_shown(reader: Reader, link: Link) -> LinkShown:
    """Whose link it is, for who holds it. Raises NotFound."""
    found = find_person(reader, link.person_id)
    if found is None or not found[0].is_active:
        raise NotFound("This link cannot be used any more: ask for a new one", type="link-not-good")
    return LinkShown(found[0].name, link.purpose, link.expires_at)
