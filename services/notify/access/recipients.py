"""Who may see how a person can be reached, and the rows that say it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, select

from services.notify.models import addresses, people
from services.notify.rules.shown import MailTrouble, Recipient
from shared.ids import Actor

MANAGES_PEOPLE: Final = "people.manage"
"""The permission to see everybody's address and to give a dead one another chance."""

RECIPIENTS: Final[Select[Any]] = select(
    people.c.id, people.c.display_name, people.c.email, people.c.mail, addresses.c.reason, addresses.c.since
).select_from(people.outerjoin(addresses, addresses.c.email == people.c.email))


def may_see_recipient(actor: Actor, person_id: str) -> bool:
    """Whether the actor is that person or manages people."""
    return actor.id == person_id or actor.may(MANAGES_PEOPLE)


def recipient_of(row: Any, *, is_revived: bool = False) -> Recipient:
    """The recipient that a row of RECIPIENTS holds; `is_revived`: its address is given another chance just now."""
    is_dead = row.reason is not None and not is_revived
    trouble = MailTrouble(row.reason, row.since) if is_dead else None
    return Recipient(row.id, row.display_name, row.email, row.mail, trouble)
