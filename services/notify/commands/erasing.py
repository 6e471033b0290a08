"""Erasing a person here: what they chose, what came in from them, where mail to them failed. The ledger keeps ids."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, exists, select

from services.notify.models import addresses, incoming, people, preferences, presences, stream_tickets
from shared import personal
from shared.database import Id, compiled
from shared.personal import Erasure
from shared.transaction import Transaction

_person: Final = bindparam("person", type_=Id())
_INCOMING: Final = compiled(select(incoming.c.key).where(incoming.c.person_id == _person))
_CHOSEN: Final = compiled(select(preferences.c.person_id).where(preferences.c.person_id == _person))
_NOBODYS: Final = compiled(select(addresses.c.email).where(~exists().where(people.c.email == addresses.c.email)))
"""Addresses that nobody has any more: the replica has forgotten the person's already."""
_UNSENT: Final[dict[str, Any]] = {"sender": "", "recipients": [], "subject": "", "content": None}
_NOTHING_CHOSEN: Final[dict[str, Any]] = {
    "off": [],
    "asked": [],
    "quiet_from": None,
    "quiet_until": None,
    "digest_minutes": 0,
}


def erase_next(tx: Transaction) -> int:
    """Erase what is here of who has waited longest; 0: nobody waits."""
    return personal.work_off(tx, _erase)


def _erase(tx: Transaction, erasure: Erasure) -> None:
    id = erasure.person_id
    came = tx.all(_INCOMING, person=id)
    for row in came:
        tx.update(incoming, {"key": row.key}, _UNSENT, must=False)
    for row in tx.all(_NOBODYS):
        tx.delete(addresses, {"email": row.email})
    chosen = tx.all(_CHOSEN, person=id)
    for row in chosen:
        tx.change(preferences, row.person_id, _NOTHING_CHOSEN)
    personal.erase_details(tx, "preferences", id)
    for table in (presences, stream_tickets):
        tx.delete(table, {"person_id": id})
    personal.finish(tx, erasure, incoming=len(came), preferences=len(chosen))
