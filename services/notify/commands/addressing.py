"""Addresses that refused mail for good: kept from being tried, and given another chance."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from services.notify.access import RECIPIENTS, may_see_recipient, recipient_of
from services.notify.commands.notifying import tell_administrators
from services.notify.models import addresses, people
from services.notify.rules.shown import Recipient
from shared.database import compiled
from shared.errors import NotFound
from shared.ids import Actor
from shared.transaction import Transaction

_ONE: Final = compiled(RECIPIENTS.where(people.c.id == bindparam("id")))
_IS_DEAD: Final = compiled(select(addresses.c.reason).where(addresses.c.email == bindparam("email")))


def bury_address(tx: Transaction, actor: Actor, person_id: str, name: str, email: str, reason: str) -> None:
    """An address refused mail for good: nothing more goes there, and administrators are told, once."""
    if tx.one(_IS_DEAD, email=email) is not None:
        return
    tx.upsert(addresses, {"email": email, "reason": reason, "since": tx.now})
    facts = {"person_id": person_id, "person": name, "address": email, "reason": reason}
    tell_administrators(tx, "mail.undeliverable", "undeliverable", facts)


def revive_address(tx: Transaction, actor: Actor, person_id: str) -> Recipient:
    """Send mail to a person's address again, which refused it for good before; again changes nothing. Raises NotFound.

    Also open to the person themselves: who corrected what was wrong with their mailbox need not ask anybody.
    """
    row = tx.one(_ONE, id=person_id) if may_see_recipient(actor, person_id) else None
    if row is None:
        raise NotFound("There is no such person")
    if row.reason is not None:
        tx.delete(addresses, {"email": row.email})
    return recipient_of(row, is_revived=True)
