"""Organisations as commands and queries read them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, bindparam, func, literal_column, select

from services.identity.models import organisations, people
from services.identity.rules.organisations import Organisation
from services.identity.rules.people import folded
from shared.database import Id, Reader, Text, compiled
from shared.errors import NotFound

_people_count = (
    select(func.count())
    .select_from(people)
    .where(people.c.organisation_id == organisations.c.id)
    .correlate(organisations)
    .scalar_subquery()
    .label("people_count")
)
whole: Final[Select[Any]] = select(
    organisations.c.id, organisations.c.name, organisations.c.created_at, organisations.c.version, _people_count
)
_decomposed: Final = func.normalize(func.lower(organisations.c.name), literal_column("NFKD"), type_=Text)
folded_name: Final = func.regexp_replace(_decomposed, "[\u0300-\u036f]", "", "g", type_=Text)
"""The name as `rules.people.folded` writes it; there are few enough organisations to fold them while reading."""

_BY_ID: Final = compiled(whole.where(organisations.c.id == bindparam("id", type_=Id())))


def organisation_of(row: Any) -> Organisation:
    """The organisation that a row of `whole` holds."""
    return Organisation(row.id, row.name, row.created_at, row.version, row.people_count)


def find_organisation(reader: Reader, id: str) -> Organisation | None:
    """An organisation by its id, or None."""
    row = reader.one(_BY_ID, id=id)
    return None if row is None else organisation_of(row)


def load_organisation(reader: Reader, id: str) -> Organisation:
    """An organisation by its id. Raises NotFound."""
    found = find_organisation(reader, id)
    if found is None:
        raise NotFound("No such organisation")
    return found


def named(reader: Reader, name: str) -> list[str]:
    """The ids of the organisations called so, whatever accents and case."""
    chosen = (
        select(organisations.c.id).where(folded_name == folded(" ".join(name.split()))).order_by(organisations.c.id)
    )
    return [row.id for row in reader.all(chosen)]
