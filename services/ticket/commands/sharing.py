"""Verbs that let others see a ticket, and that relate tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, or_, select

from services.ticket.access.loading import load_ticket
from services.ticket.commands.asking import permit
from services.ticket.commands.naming import load_person
from services.ticket.models import relations, shares
from services.ticket.rules import problems
from services.ticket.rules.answers import PersonNamed, RelationShown, ShareShown, TicketNamed
from shared.contracts.ticket import Related, Shared
from shared.database import Id, compiled
from shared.errors import NotFound
from shared.ids import new_id
from shared.transaction import Transaction

_ticket_id: Final = bindparam("ticket_id", type_=Id())
_SHARE: Final = compiled(
    select(shares.c.person_id).where(shares.c.id == bindparam("id", type_=Id()), shares.c.ticket_id == _ticket_id)
)
_RELATION: Final = compiled(
    select(relations.c.ticket_id, relations.c.other_id, relations.c.kind).where(
        relations.c.id == bindparam("id", type_=Id()),
        or_(relations.c.ticket_id == _ticket_id, relations.c.other_id == _ticket_id),
    )
)


def share(tx: Transaction, ticket_id: str, *, person: str, expires_at: datetime) -> ShareShown:
    """Let one person, by name, read the ticket and write in its discussion until an instant. Raises Invalid."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "share", moves=False)
    if expires_at <= tx.now:
        raise problems.invalid("expires_at", "This must lie ahead")
    found = load_person(tx, "person", person)
    if not found.is_active or found.id == reading.ticket.client_id:
        raise problems.invalid("person", "Nothing can be shared with %(person)s", person=found.name)
    share_id = new_id()
    row = {"id": share_id, "by_id": tx.actor.id, "created_at": tx.now, "expires_at": expires_at}
    tx.upsert(shares, {**row, "ticket_id": ticket_id, "person_id": found.id})
    tx.emit(Shared(ticket_id=ticket_id, person_id=found.id, expires_at=expires_at, by=tx.actor.id))
    tx.audit("ticket", ticket_id, "share", {"person_id": found.id, "expires_at": expires_at})
    by = PersonNamed(tx.actor.id, tx.actor.name)
    return ShareShown(share_id, PersonNamed(found.id, found.name), by, tx.now, expires_at)


def unshare(tx: Transaction, ticket_id: str, share_id: str) -> None:
    """End a share. Raises NotFound."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    row = tx.one(_SHARE, id=share_id, ticket_id=ticket_id)
    if row is None:
        raise NotFound("There is no such share")
    permit(tx, reading, "share", part=True)
    tx.delete(shares, {"ticket_id": ticket_id, "person_id": row.person_id})
    tx.audit("ticket", ticket_id, "unshare", {"person_id": row.person_id})


def relate(tx: Transaction, ticket_id: str, *, other_id: str, kind: str) -> RelationShown:
    """Relate a ticket to another that the actor sees. Raises Invalid."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    permit(tx, reading, "relate", moves=False)
    if other_id == ticket_id:
        raise problems.invalid("ticket_id", "A ticket is not related to itself")
    try:
        other = load_ticket(tx, tx.actor, other_id)
    except problems.NoSuchTicket:
        raise problems.invalid("ticket_id", "There is no such ticket") from None
    relation_id = new_id()
    row = {"id": relation_id, "by_id": tx.actor.id, "created_at": tx.now}
    tx.upsert(relations, {**row, "ticket_id": ticket_id, "other_id": other_id, "kind": kind})
    tx.emit(Related(ticket_id=ticket_id, other_id=other_id, kind=kind, by=tx.actor.id))
    tx.audit("ticket", ticket_id, "relate", {"other_id": other_id, "kind": kind})
    named = TicketNamed(other_id, other.ticket.number, other.ticket.subject, other.ticket.status)
    return RelationShown(relation_id, kind, named, tx.now)


def unrelate(tx: Transaction, ticket_id: str, relation_id: str) -> None:
    """Remove a relation. Raises NotFound."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    row = tx.one(_RELATION, id=relation_id, ticket_id=ticket_id)
    if row is None:
        raise NotFound("There is no such relation")
    permit(tx, reading, "relate", part=True)
    tx.delete(relations, {"ticket_id": row.ticket_id, "other_id": row.other_id, "kind": row.kind})
    other_id = row.other_id if row.ticket_id == ticket_id else row.ticket_id
    tx.emit(Related(ticket_id=ticket_id, other_id=other_id, kind=row.kind, by=tx.actor.id, removed=True))
    tx.audit("ticket", ticket_id, "unrelate", {"other_id": row.other_id, "kind": row.kind})
