"""The house's rules of who is told what: who may change them, and their one row."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ScalarSelect, Select, literal_column, select

from services.notify.models import house_rules, people
from services.notify.rules.shown import HouseRules, Named, house_rules_as
from services.notify.rules.voice import Voice

CHANGES_RULES: Final = "settings.change"
"""The permission to change who is told what."""
HOUSE: Final = "house"
"""The code of the one row."""

_is_the_houses: Final = house_rules.c.code == literal_column(f"'{HOUSE}'")
WITHHELD: Final[ScalarSelect[Any]] = select(house_rules.c.withheld).where(_is_the_houses).scalar_subquery()
"""What the house withholds, null where nobody changed anything."""
RULES: Final[Select[Any]] = (
    select(house_rules, people.c.display_name)
    .select_from(house_rules.outerjoin(people, people.c.id == house_rules.c.changed_by))
    .where(_is_the_houses)
)


def rules_of(row: Any, voice: Voice) -> HouseRules:
    """The whole matrix from the house's row of RULES; as it comes with Vez where there is none (version 0)."""
    if row is None:
        return house_rules_as((), voice)
    by = Named(row.changed_by, row.display_name or "")
    return house_rules_as(row.withheld, voice, changed_by=by, changed_at=row.changed_at, version=row.version)
