"""What people added to a ticket, each list as far as the reader's side may read it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Integer, Select, Table, and_, bindparam, func, literal_column, or_, select
from sqlalchemy.sql.elements import ColumnElement

from services.ticket.access.loading import load_ticket
from services.ticket.access.seeing import ONE, looking, may_see, word
from services.ticket.models import messages, people, ratings, relations, shares, tickets, time_entries, understandings
from services.ticket.rules import problems
from services.ticket.rules.answers import (
    MessageShown,
    PersonNamed,
    RatingShown,
    RelationShown,
    ShareShown,
    TicketNamed,
    TimeEntryShown,
    UnderstandingShown,
)
from services.ticket.rules.listing import INVERSE
from shared.database import Boolean, Id, Reader, compiled
from shared.ids import Actor

FIRST: Final = "00000000-0000-0000-0000-000000000000"

_ticket_id: Final = bindparam("ticket_id", type_=Id())
_after: Final = bindparam("after", type_=Id())
_most: Final[ColumnElement[Any]] = bindparam("most", type_=Integer)
_attends: Final[ColumnElement[bool]] = bindparam("attends", type_=Boolean)
_author: Final = people.alias("author")
_other: Final = people.alias("other_person")


def _named(table: Any, label: str) -> Any:
    return func.coalesce(table.c.display_name, literal_column("''")).label(label)


def _oldest_first(of: Table, author: ColumnElement[Any]) -> Select[Any]:
    chosen = select(*of.c, _named(_author, "author_name")).select_from(of.outerjoin(_author, _author.c.id == author))
    return chosen.where(of.c.ticket_id == _ticket_id, of.c.id > _after).order_by(of.c.id).limit(_most)


_MESSAGES: Final = compiled(
    _oldest_first(messages, messages.c.author_id).where(or_(messages.c.visibility == word("public"), _attends))
)
_UNDERSTANDINGS: Final = compiled(_oldest_first(understandings, understandings.c.author_id))
_TIME: Final = compiled(_oldest_first(time_entries, time_entries.c.person_id))
_SHARES: Final = compiled(
    select(*shares.c, _named(_author, "by_name"), _named(_other, "person_name"))
    .select_from(
        shares.outerjoin(_author, _author.c.id == shares.c.by_id).outerjoin(_other, _other.c.id == shares.c.person_id)
    )
    .where(shares.c.ticket_id == _ticket_id)
    .order_by(shares.c.id)
)
_RATING: Final = compiled(select(ratings).where(ratings.c.ticket_id == _ticket_id))


def _relations() -> Select[Any]:
    """Both ways round, those only whose other ticket the reader may see."""
    r, t = relations, tickets
    other = or_(
        and_(r.c.ticket_id == _ticket_id, t.c.id == r.c.other_id),
        and_(r.c.other_id == _ticket_id, t.c.id == r.c.ticket_id),
    )
    turned = (r.c.other_id == _ticket_id).label("is_turned")
    chosen = select(r.c.id, r.c.kind, r.c.created_at, t.c.id.label("other_id"), t.c.number, t.c.subject, t.c.status)
    return chosen.add_columns(turned).where(other, may_see(t, ONE)).order_by(r.c.id)


_RELATIONS: Final = compiled(_relations())


def discussion(reader: Reader, actor: Actor, ticket_id: str, *, after: str | None, most: int) -> list[MessageShown]:
    """The messages, oldest first; internal notes are the attendants' to read."""
    reading = load_ticket(reader, actor, ticket_id)
    values = {"ticket_id": ticket_id, "after": after or FIRST, "most": most}
    rows = reader.all(_MESSAGES, **values, attends=reading.standing.attends)
    return [
        MessageShown(r.id, PersonNamed(r.author_id, r.author_name), r.body, r.visibility, r.created_at) for r in rows
    ]


def understandings_of(
    reader: Reader, actor: Actor, ticket_id: str, *, after: str | None, most: int
) -> list[UnderstandingShown]:
    """Every version of the understanding, oldest first."""
    load_ticket(reader, actor, ticket_id)
    rows = reader.all(_UNDERSTANDINGS, ticket_id=ticket_id, after=after or FIRST, most=most)
    return [
        UnderstandingShown(r.id, r.version, r.body, r.due_on, PersonNamed(r.author_id, r.author_name), r.created_at)
        for r in rows
    ]


def time_of(reader: Reader, actor: Actor, ticket_id: str, *, after: str | None, most: int) -> list[TimeEntryShown]:
    """The time entries, oldest first. Raises Forbidden for the client's side."""
    reading = load_ticket(reader, actor, ticket_id)
    if not reading.standing.attends:
        raise problems.forbidden("Time entries are the attendants' to read")
    rows = reader.all(_TIME, ticket_id=ticket_id, after=after or FIRST, most=most)
    return [
        TimeEntryShown(r.id, PersonNamed(r.person_id, r.author_name), r.worked_on, r.minutes, r.note, r.created_at)
        for r in rows
    ]


def shares_of(reader: Reader, actor: Actor, ticket_id: str) -> list[ShareShown]:
    """With whom the ticket is shared by name: told to both sides, not to those it is shared with."""
    reading = load_ticket(reader, actor, ticket_id)
    if reading.standing.is_shared:
        raise problems.forbidden()
    return [
        ShareShown(
            r.id, PersonNamed(r.person_id, r.person_name), PersonNamed(r.by_id, r.by_name), r.created_at, r.expires_at
        )
        for r in reader.all(_SHARES, ticket_id=ticket_id)
    ]


def relations_of(reader: Reader, actor: Actor, ticket_id: str) -> list[RelationShown]:
    """The tickets that this one is related to, as far as the reader may see them."""
    load_ticket(reader, actor, ticket_id)
    rows = reader.all(_RELATIONS, ticket_id=ticket_id, now=reader.now, **looking(actor))
    return [
        RelationShown(
            r.id,
            INVERSE[r.kind] if r.is_turned else r.kind,
            TicketNamed(r.other_id, r.number, r.subject, r.status),
            r.created_at,
        )
        for r in rows
    ]


def rating_of(reader: Reader, actor: Actor, ticket_id: str) -> RatingShown:
    """How the client rated the ticket. Raises NotFound where it was not rated."""
    load_ticket(reader, actor, ticket_id)
    row = reader.one(_RATING, ticket_id=ticket_id)
    if row is None:
        raise problems.not_rated()
    return RatingShown(row.score, row.comment, row.created_at)
