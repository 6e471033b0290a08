"""Erasing a person: identity forgets them at once, and its news has every other service do so."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Text, bindparam, cast, or_, select

from services.identity.access.people import load_person
from services.identity.commands.people import last_administrator, refusal, save
from services.identity.models import links, metadata, passwords, sessions
from services.identity.rules import people as rules
from services.identity.rules.people import Person
from shared import personal
from shared.database import compiled
from shared.errors import Conflict, VezError
from shared.ids import Actor
from shared.personal import Receipt
from shared.transaction import Transaction

PERSON: Final = "person"
outbox: Final = metadata.tables["outbox"]
answers: Final = metadata.tables["idempotency_keys"]
_erasures: Final = metadata.tables["erasures"]

_id: Final[BindParameter[Any]] = bindparam("id")
_SESSIONS: Final = compiled(
    select(sessions.c.id, sessions.c.ended_at, sessions.c.end_reason).where(sessions.c.person_id == _id)
)
_LINKS: Final = compiled(select(links.c.id).where(links.c.person_id == _id))
_SAID: Final = compiled(
    select(outbox.c.id, outbox.c.payload).where(outbox.c.word == PERSON, outbox.c.aggregate_id == _id)
)
_ANSWERED: Final = compiled(
    select(answers.c.person_id, answers.c.path, answers.c.key).where(
        or_(cast(answers.c.person_id, Text) == _id, cast(answers.c.answer, Text).contains(_id, autoescape=False))
    )
)
_UNSAID: Final = {"display_name": "", "email": None}


def erase_person(tx: Transaction, actor: Actor, id: str) -> Receipt:
    """Erase a person, which nothing undoes; asked again, it is what it was. Raises NotFound, Forbidden, Conflict…

    The row stays with its id, so that what others keep of what the person did still points at somebody.
    """
    before, granted = load_person(tx, actor, id)
    tx.in_order(
        forbidden=refusal(tx, actor, granted, before.profiles),
        conflict=None if before.is_erased else _obstacle(tx, actor, before),
        version=None if before.is_erased else before.version,
    )
    known = personal.receipt(tx, id)
    if known is not None:
        return known
    counts = _forget(tx, id)
    save(tx, before, rules.erased(before, tx.now), "erase_person", detail={})
    tx.insert(_erasures, {"person_id": id, "requested_at": tx.now, "done_at": tx.now, "counts": counts})
    return Receipt(id, tx.now, tx.now, counts)


def _obstacle(tx: Transaction, actor: Actor, person: Person) -> VezError | None:
    if person.is_machine:
        return Conflict("This is a machine client: remove it as such", type="machine-client")
    if actor.id == person.id:
        return Conflict("Nobody erases themselves: another administrator does", type="own-account")
    return last_administrator(tx, person, rules.erased(person, tx.now))


def _forget(tx: Transaction, id: str) -> dict[str, int]:
    """Everything of the person beside their row; how much there was."""
    tx.delete(passwords, {"person_id": id})
    opened, made = tx.all(_SESSIONS, id=id), tx.all(_LINKS, id=id)
    for row in opened:
        ended = {"ended_at": row.ended_at or tx.now, "end_reason": row.end_reason or "disabled"}
        tx.update(sessions, {"id": row.id}, {**ended, "address": "", "agent": "", "portal_digest": None}, must=False)
    for row in made:
        tx.update(links, {"id": row.id}, {"is_void": True}, must=False)
    personal.erase_details(tx, PERSON, id)
    for row in tx.all(_SAID, id=id):
        tx.update(outbox, {"id": row.id}, {"payload": {**row.payload, **_UNSAID}}, must=False)
    for row in tx.all(_ANSWERED, id=id):
        tx.delete(answers, {"person_id": row.person_id, "path": row.path, "key": row.key})
    return {"people": 1, "sessions": len(opened), "links": len(made)}
