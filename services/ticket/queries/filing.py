"""A ticket with how its reader stands to its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import bindparam, or_, select

from services.ticket.access.loading import load_ticket
from services.ticket.access.seeing import word
from services.ticket.models import messages
from services.ticket.rules.answers import TicketFiled
from services.ticket.rules.filing import filing
from services.ticket.rules.viewing import shown
from shared.database import Boolean, Id, Reader, compiled
from shared.ids import Actor

_MESSAGE: Final = compiled(
    select(messages.c.visibility).where(
        messages.c.id == bindparam("id", type_=Id()),
        messages.c.ticket_id == bindparam("ticket_id", type_=Id()),
        or_(messages.c.visibility == word("public"), bindparam("attends", type_=Boolean)),
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about a ticket's files: the parameters that they answer, one of them, a message."""

    parameters: tuple[str, ...] = ()
    file_id: str | None = None
    message_id: str | None = None


def ticket_with_filing(reader: Reader, actor: Actor, ticket_id: str, asked: Asked) -> TicketFiled:
    """The ticket as `actor` may see it, and how they stand to what is asked about. Raises NoSuchTicket."""
    reading = load_ticket(reader, actor, ticket_id)
    visibility = None
    if asked.message_id is not None:
        attends = reading.standing.attends
        visibility = reader.scalar(_MESSAGE, id=asked.message_id, ticket_id=ticket_id, attends=attends)
    stands = filing(reading, asked.parameters, file_id=asked.file_id, visibility=visibility)
    return TicketFiled(**msgspec.structs.asdict(shown(reading)), filing=stands)
