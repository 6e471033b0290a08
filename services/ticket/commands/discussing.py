"""Verbs that add to a ticket what is said about it: messages, notes, understandings."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from sqlalchemy import any_, bindparam, select

from services.ticket.access.loading import load_ticket
from services.ticket.access.seeing import CODES
from services.ticket.commands.asking import permit
from services.ticket.commands.revising import keep_revision
from services.ticket.models import messages, people, tickets, understandings
from services.ticket.rules.answers import MessageShown, PersonNamed, UnderstandingShown
from shared.contracts.ticket import Commented, UnderstandingWritten
from shared.database import compiled
from shared.ids import new_id
from shared.transaction import Transaction

MENTION: Final = re.compile(r"(?<![\w.])@([\w.+-]+@[\w-]+(?:\.[\w-]+)+)")
MENTIONS_MOST: Final = 20

_MENTIONED: Final = compiled(
    select(people.c.id).where(people.c.email == any_(bindparam("emails", type_=CODES)), people.c.is_active)
)


def comment(tx: Transaction, ticket_id: str, *, body: str, visibility: str) -> MessageShown:
    """Write in the discussion; an `internal` note is the attendants'. It goes on while an operation is pending.

    Raises ReadOnly, Forbidden (a client and a note).
    """
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "note" if visibility == "internal" else "comment", moves=False)
    message_id = new_id()
    row = {"id": message_id, "body": body, "visibility": visibility, "created_at": tx.now}
    tx.insert(messages, {**row, "ticket_id": ticket_id, "author_id": tx.actor.id})
    event = Commented(
        ticket_id=ticket_id,
        message_id=message_id,
        author_id=tx.actor.id,
        visibility=visibility,
        mentions=_mentioned(tx, body),
    )
    tx.emit(event)
    tx.audit("ticket", ticket_id, "comment", {"message_id": message_id, "visibility": visibility})
    return MessageShown(message_id, PersonNamed(tx.actor.id, tx.actor.name), body, visibility, tx.now)


def write_understanding(tx: Transaction, ticket_id: str, *, body: str, due_on: date | None) -> UnderstandingShown:
    """Write the next version of what was asked and what will be done. Raises NotYourTurn, Conflict."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "write_understanding", moves=False)
    ticket, written_id = reading.ticket, new_id()
    version = ticket.understanding_version + 1
    row = {"id": written_id, "version": version, "body": body, "due_on": due_on, "created_at": tx.now}
    tx.insert(understandings, {**row, "ticket_id": ticket_id, "author_id": tx.actor.id})
    changes = {"understanding_version": version, "understood_at": tx.now, "updated_at": tx.now}
    tx.change(tickets, ticket_id, changes, version=ticket.version)
    keep_revision(tx, ticket_id, ticket.version, {"understanding": ticket.understanding_version})
    event = UnderstandingWritten(
        ticket_id=ticket_id, understanding_id=written_id, version=version, author_id=tx.actor.id, due_on=due_on
    )
    tx.emit(event)
    tx.audit("ticket", ticket_id, "write_understanding", {"understanding_id": written_id, "version": version})
    return UnderstandingShown(written_id, version, body, due_on, PersonNamed(tx.actor.id, tx.actor.name), tx.now)


def _mentioned(tx: Transaction, body: str) -> list[str]:
    """The people whose e-mail the text names after an @."""
    emails = sorted({found.lower() for found in MENTION.findall(body)})[:MENTIONS_MOST]
    return sorted(row.id for row in tx.all(_MENTIONED, emails=emails)) if emails else []
