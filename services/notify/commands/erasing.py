"""Erasing a person here: what they chose, what came in from them, where mail to them failed. The ledger keeps ids."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Text, bindparam, cast, exists, select

from services.notify.models import addresses, incoming, metadata, people, preferences, presences, stream_tickets
from shared import personal
from shared.database import Id, compiled
from shared.ids import Actor
from shared.transaction import Transaction

audit_log: Final = metadata.tables["audit_log"]
audit_details: Final = metadata.tables["audit_details"]
answers: Final = metadata.tables["idempotency_keys"]

_person: Final = bindparam("person", type_=Id())
_INCOMING: Final = compiled(select(incoming.c.key).where(incoming.c.person_id == _person))
_CHOSEN: Final = compiled(select(preferences.c.person_id).where(preferences.c.person_id == _person))
_DETAILS: Final = compiled(
    select(audit_log.c.id)
    .join(audit_details, audit_details.c.id == audit_log.c.id)
    .where(audit_log.c.word == "preferences", audit_log.c.aggregate_id == cast(_person, Text))
)
_NOBODYS: Final = compiled(select(addresses.c.email).where(~exists().where(people.c.email == addresses.c.email)))
"""Addresses that nobody has any more: the replica has forgotten the person's already."""
_UNSENT: Final[dict[str, Any]] = {"sender": "", "recipients": [], "subject": "", "content": None}
_NOTHING_CHOSEN: Final[dict[str, Any]] = {"off": [], "quiet_from": None, "quiet_until": None, "digest_minutes": 0}


def erase_person(tx: Transaction, actor: Actor) -> int:
    """Erase what is here of who has waited longest; 0: nobody waits."""
    erasure = personal.oldest(tx)
    if erasure is None:
        return 0
    id = erasure.person_id
    came = tx.all(_INCOMING, person=id)
    for row in came:
        tx.update(incoming, {"key": row.key}, _UNSENT, must=False)
    for row in tx.all(_NOBODYS):
        tx.delete(addresses, {"email": row.email})
    chosen = tx.all(_CHOSEN, person=id)
    for row in chosen:
        tx.change(preferences, row.person_id, _NOTHING_CHOSEN)
    for row in tx.all(_DETAILS, person=id):
        tx.delete(audit_details, {"id": row.id})
    for table in (presences, stream_tickets, answers):
        tx.delete(table, {"person_id": id})
    personal.finish(tx, erasure, incoming=len(came), preferences=len(chosen))
    return 1
