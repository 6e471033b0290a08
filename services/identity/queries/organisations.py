"""Organisations, as administrators see them."""

from __future__ import annotations

from services.identity.access.organisations import folded_name, load_organisation, organisation_of, whole
from services.identity.models import organisations
from services.identity.rules.organisations import Organisation
from services.identity.rules.people import folded
from shared.database import Reader


def organisation_list(reader: Reader, text: str, after: str | None, most: int) -> list[Organisation]:
    """Organisations whose name has every word of `text`, oldest first; one more than asked for tells that there are
    more."""
    chosen = whole.order_by(organisations.c.id).limit(most + 1)
    for word in folded(text).split():
        chosen = chosen.where(folded_name.contains(word, autoescape=True))
    if after:
        chosen = chosen.where(organisations.c.id > after)
    return [organisation_of(row) for row in reader.all(chosen)]


def organisation(reader: Reader, id: str) -> Organisation:
    """One organisation. Raises NotFound."""
    return load_organisation(reader, id)
