"""A ticket's words are forgotten here, once it is deleted or its client erased: the ledger's rows stay, and who reads
them sees what was told, when and to whom, and nothing that anybody wrote.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, or_, select

from services.notify.access import among
from services.notify.models import deliveries, incoming, notices, tickets
from services.notify.rules.notices import WORDS, unworded
from shared import personal
from shared.contracts.ticket import Deleted, Erased
from shared.database import Id, compiled
from shared.ids import Actor
from shared.transaction import Transaction

_ticket: Final = bindparam("ticket_id", type_=Id())
_OPEN: Final = compiled(
    select(deliveries.c.id).where(
        deliveries.c.ticket_id == _ticket, among(deliveries.c.state, "queued", "failed", "parked")
    )
)
_WORDED: Final = compiled(
    select(notices.c.id, notices.c.facts)
    .distinct()
    .join(deliveries, deliveries.c.event_id == notices.c.id)
    .where(
        deliveries.c.ticket_id == _ticket,
        or_(notices.c.envelope.is_not(None), *(notices.c.facts.has_key(name) for name in WORDS)),
    )
)
_OF_MAILS: Final = compiled(
    select(notices.c.id, notices.c.facts).where(
        notices.c.facts.has_key("ticket_id"), notices.c.facts["ticket_id"].astext == bindparam("named")
    )
)
"""What who wrote a mail was told of it: such a notice names the ticket that it came to among its facts."""
_CAME: Final = compiled(select(incoming.c.key, incoming.c.state).where(incoming.c.ticket_id == _ticket))
_UNSAID: Final[dict[str, Any]] = {"sender": "", "recipients": [], "subject": "", "person_id": None, "content": None}
_OVER: Final[dict[str, Any]] = {"state": "ignored", "reason": "deleted", "next_try_at": None, "leased_until": None}


def erase_ticket(tx: Transaction, actor: Actor, event: Deleted) -> None:
    """A ticket was deleted: forget its words, and let nothing about it leave any more."""
    gone = {"subject": "", "is_deleted": True, "holder_id": None, "holder_queue": None}
    tx.update(tickets, {"id": event.ticket_id}, gone, must=False)
    for row in tx.all(_OPEN, ticket_id=event.ticket_id):
        stopped = {"state": "suppressed", "reason": "deleted", "next_try_at": None, "leased_until": None}
        tx.update(deliveries, {"id": row.id}, stopped, must=False)
    _forget(tx, event.ticket_id)


def forget_words(tx: Transaction, actor: Actor, event: Erased) -> None:
    """A ticket's client was erased: forget its words here, and count it in the erasure's receipt."""
    tx.update(tickets, {"id": event.ticket_id}, {"subject": ""}, must=False)
    _forget(tx, event.ticket_id)
    personal.add_to_receipt(tx, event.person_id, tickets=1)


def _forget(tx: Transaction, ticket_id: str) -> None:
    """Take what people wrote out of what was told of a ticket, and out of the mails that came in for it."""
    for row in (*tx.all(_WORDED, ticket_id=ticket_id), *tx.all(_OF_MAILS, named=ticket_id)):
        tx.update(notices, {"id": row.id}, {"facts": unworded(row.facts), "envelope": None}, must=False)
    for row in tx.all(_CAME, ticket_id=ticket_id):
        # What is not done with is over: the rest of it would have nowhere to go.
        ended = {} if row.state in ("taken", "ignored", "refused") else _OVER
        tx.update(incoming, {"key": row.key}, {**_UNSAID, **ended}, must=False)
