"""Machine clients as commands and queries read them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, bindparam, select

from services.identity.models import clients, people
from services.identity.rules.clients import Client
from shared.database import Reader, compiled

whole: Final[Select[Any]] = select(
    clients.c.id.label("client_id"),
    clients.c.person_id,
    clients.c.secret_digest,
    clients.c.grants,
    clients.c.created_at,
    clients.c.rotated_at,
    people.c.name,
    people.c.profiles,
    people.c.is_active,
    people.c.version,
).join(people, people.c.id == clients.c.person_id)
_BY_ID: Final = compiled(whole.where(clients.c.id == bindparam("client_id")))


def client_row(reader: Reader, client_id: str) -> Any:
    """The row of a machine client with its digest and grants, or None."""
    return reader.one(_BY_ID, client_id=client_id)


def client_of(row: Any) -> Client:
    """The machine client that a row of `whole` holds."""
    return Client(
        client_id=row.client_id,
        person_id=row.person_id,
        name=row.name,
        profiles=tuple(row.profiles),
        is_active=row.is_active,
        is_of_this_house=bool(row.grants),
        created_at=row.created_at,
        rotated_at=row.rotated_at,
        version=row.version,
    )
