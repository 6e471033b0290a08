"""What a person chose to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import bindparam, func, literal_column, select

from services.notify.access import WITHHELD
from services.notify.models import preferences as table
from services.notify.rules.shown import Chosen, Preferred, chosen
from services.notify.rules.voice import Voice
from services.notify.rules.withholding import roles_of
from shared.database import Reader, compiled
from shared.ids import Actor

_mine: Final = select(table).where(table.c.person_id == bindparam("person_id")).cte("mine")
_CHOSEN: Final = compiled(
    select(
        select(func.to_json(literal_column("mine"))).select_from(_mine).scalar_subquery().label("mine"),
        WITHHELD.label("withheld"),
    )
)


def preferences(reader: Reader, actor: Actor, voice: Voice) -> Chosen:
    """The actor's preferences, and what the house withholds from them; who chose nothing has version 0."""
    row = reader.one(_CHOSEN, person_id=actor.id)
    assert row is not None
    roles = roles_of(actor.kind, actor.permissions)
    return chosen(_preferred(row.mine), voice, roles=roles, withheld=row.withheld or ())


def _preferred(mine: Mapping[str, Any] | None) -> Preferred:
    if mine is None:
        return Preferred()
    return Preferred(
        off=tuple(mine["off"]),
        asked=tuple(mine["asked"]),
        quiet_from=mine["quiet_from"],
        quiet_until=mine["quiet_until"],
        digest_minutes=mine["digest_minutes"],
        version=mine["version"],
    )
