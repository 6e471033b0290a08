"""What people keep: their filters, and the answers that they may use."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, literal_column, or_, select

from services.ticket.access.canned import load_canned, require_attendant
from services.ticket.access.loading import load_ticket, require_module
from services.ticket.models import canned_answers, people, saved_filters, settings
from services.ticket.rules import canned, problems
from services.ticket.rules.answers import CannedAnswerShown, FilledAnswer, SavedFilterShown
from services.ticket.rules.canned import Told
from shared.database import Id, Integer, Reader, compiled
from shared.errors import NotFound
from shared.ids import Actor

FIRST: Final = "00000000-0000-0000-0000-000000000000"
_owner: Final = bindparam("owner_id", type_=Id())
_FILTERS: Final = compiled(select(saved_filters).where(saved_filters.c.owner_id == _owner).order_by(saved_filters.c.id))
_ANSWERS: Final = compiled(
    select(canned_answers)
    .where(
        or_(canned_answers.c.owner_id.is_(None), canned_answers.c.owner_id == _owner),
        canned_answers.c.removed_at.is_(None),
        canned_answers.c.id > bindparam("after", type_=Id()),
    )
    .order_by(canned_answers.c.id)
    .limit(bindparam("most", type_=Integer))
)
_TOLD: Final = compiled(
    select(
        select(people.c.language)
        .where(people.c.id == bindparam("client_id", type_=Id()))
        .scalar_subquery()
        .label("language"),
        select(settings.c.value.op("#>>")(literal_column("'{}'::text[]")))
        .where(settings.c.key == literal_column("'house.name'"))
        .scalar_subquery()
        .label("house"),
    )
)


def filters_of(reader: Reader, actor: Actor, side: str | None) -> list[SavedFilterShown]:
    """The actor's own filters, of one side or of both, oldest first."""
    require_module(actor)
    found = [_filter(row) for row in reader.all(_FILTERS, owner_id=actor.id)]
    return [one for one in found if side is None or one.side == side]


def filter_of(reader: Reader, actor: Actor, filter_id: str) -> SavedFilterShown:
    """An own filter. Raises NotFound."""
    found = next((one for one in filters_of(reader, actor, None) if one.id == filter_id), None)
    if found is None:
        raise NotFound("There is no such filter")
    return found


def answers_of(reader: Reader, actor: Actor, *, after: str | None, most: int) -> list[CannedAnswerShown]:
    """The house's answers and the actor's own, oldest first. Raises Forbidden for who does not attend."""
    require_attendant(actor)
    return [_answer(row) for row in reader.all(_ANSWERS, owner_id=actor.id, after=after or FIRST, most=most)]


def answer_of(reader: Reader, actor: Actor, answer_id: str) -> CannedAnswerShown:
    """An answer that the actor may use. Raises NotFound, Forbidden."""
    return _answer(load_canned(reader, actor, answer_id))


def filled_answer(reader: Reader, actor: Actor, ticket_id: str, answer_id: str) -> FilledAnswer:
    """An answer with its placeholders filled for a ticket, in its client's language, by what the client may see.

    Raises NoSuchTicket, Forbidden for the client's side, NotFound.
    """
    reading = load_ticket(reader, actor, ticket_id)
    if not reading.standing.may_attend:
        raise problems.forbidden("Answers written beforehand are the attendants'")
    row = load_canned(reader, actor, answer_id)
    beside = reader.one(_TOLD, client_id=reading.ticket.client_id)
    told = Told(reading, beside.language or actor.language, beside.house or "")
    return FilledAnswer(row.id, row.name, canned.filled(row.body, told))


def _filter(row: Any) -> SavedFilterShown:
    return SavedFilterShown(row.id, row.side, row.name, row.query, row.version)


def _answer(row: Any) -> CannedAnswerShown:
    return canned.shown(row.id, row.owner_id, row.name, row.body, row.version)
