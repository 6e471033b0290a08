"""What a person chooses to be told, by which channel and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import bindparam, select

from services.notify.access import WITHHELD
from services.notify.models import people, preferences
from services.notify.rules.shown import Chosen, Preferred, chosen
from services.notify.rules.voice import Voice
from services.notify.rules.withholding import roles_of
from shared.database import compiled
from shared.errors import NotFound
from shared.ids import Actor
from shared.transaction import Transaction

_version: Final = select(preferences.c.version).where(preferences.c.person_id == bindparam("person_id"))
_CHOSEN: Final = compiled(select(_version.scalar_subquery().label("version"), WITHHELD.label("withheld")))
_PERSON: Final = compiled(
    select(people.c.id, preferences.c.version, preferences.c.off)
    .select_from(people.outerjoin(preferences, preferences.c.person_id == people.c.id))
    .where(people.c.id == bindparam("person_id"))
)


def prefer(tx: Transaction, actor: Actor, wanted: Preferred, voice: Voice) -> Chosen:
    """Replace the actor's preferences; what they switch off they do not ask for. Raises PreconditionRequired, Stale."""
    row = tx.one(_CHOSEN, person_id=actor.id)
    version = row.version or 0
    tx.in_order(version=version)
    wanted = replace(wanted, asked=tuple(sorted({*wanted.asked} - {*wanted.off})), version=version + 1)
    values: dict[str, Any] = {
        "off": sorted(wanted.off),
        "asked": list(wanted.asked),
        "quiet_from": wanted.quiet_from,
        "quiet_until": wanted.quiet_until,
        "digest_minutes": wanted.digest_minutes,
    }
    _store(tx, actor.id, values, version)
    tx.audit("preferences", actor.id, "prefer", values)
    roles = roles_of(actor.kind, actor.permissions)
    return chosen(wanted, voice, roles=roles, withheld=row.withheld or ())


def unsubscribe(tx: Transaction, actor: Actor, person_id: str) -> None:
    """Stop all mail to a person, as they asked by the one click of a mail. Raises NotFound."""
    row = tx.one(_PERSON, person_id=person_id)
    if row is None:
        raise NotFound("There is no such person")
    off: Iterable[str] = row.off or ()
    if "*:mail" in off:
        return
    values = {"off": sorted({*off, "*:mail"})}
    _store(tx, person_id, values, row.version or 0)
    tx.audit("preferences", person_id, "unsubscribe", values)


def _store(tx: Transaction, person_id: str, values: dict[str, Any], version: int) -> None:
    if version == 0:
        tx.create(preferences, {"person_id": person_id, **values})
    else:
        tx.change(preferences, person_id, values, version=version)
