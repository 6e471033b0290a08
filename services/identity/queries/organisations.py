"""Organisations, as administrators see them."""

from __future__ import annotations

from services.identity.access.organisations import load_organisation, organisation_of, whole
from services.identity.models import organisations
from services.identity.rules.organisations import Organisation
from shared.database import Reader


def organisation_list(reader: Reader, after: str | None, most: int) -> list[Organisation]:
    """Organisations, oldest first; one more than asked for tells that there are more."""
    chosen = whole.order_by(organisations.c.id).limit(most + 1)
    if after:
        chosen = chosen.where(organisations.c.id > after)
    return [organisation_of(row) for row in reader.all(chosen)]


def organisation(reader: Reader, id: str) -> Organisation:
    """One organisation. Raises NotFound."""
    return load_organisation(reader, id)
