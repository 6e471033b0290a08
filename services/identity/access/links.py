"""One-time links as commands and queries read them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from services.identity.models import links
from services.identity.rules.links import Link
from shared.database import Reader, compiled

_FACTS = [links.c[name] for name in Link.__dataclass_fields__]
_BY_ID: Final = compiled(select(*_FACTS).where(links.c.id == bindparam("id")))
_ALIVE: Final = compiled(
    select(links.c.id)
    .where(
        links.c.person_id == bindparam("person_id"),
        links.c.used_at.is_(None),
        ~links.c.is_void,
        links.c.expires_at > bindparam("now"),
    )
    .order_by(links.c.id)
)


def find_link(reader: Reader, id: str) -> Link | None:
    """A link by its id, whatever its state, or None."""
    row = reader.one(_BY_ID, id=id)
    return None if row is None else Link(**row._asdict())


def alive_links(reader: Reader, person_id: str, now: datetime) -> list[str]:
    """The ids of a person's links that may still be used."""
    return [row.id for row in reader.all(_ALIVE, person_id=person_id, now=now)]
