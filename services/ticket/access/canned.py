"""Which answers written beforehand somebody may use: the house's and their own, if they attend."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, select

from services.ticket.models import canned_answers
from services.ticket.rules.canned import may_keep
from shared.database import Id, Reader, compiled
from shared.errors import NotFound
from shared.ids import Actor

_ANSWER: Final = compiled(
    select(canned_answers).where(
        canned_answers.c.id == bindparam("id", type_=Id()), canned_answers.c.removed_at.is_(None)
    )
)


def load_canned(reader: Reader, actor: Actor, answer_id: str) -> Any:
    """The row of an answer that `actor` may use. Raises NotFound, Forbidden for who does not attend."""
    require_attendant(actor)
    row = reader.one(_ANSWER, id=answer_id)
    if row is None or row.owner_id not in (None, actor.id):
        raise NotFound("There is no such answer")
    return row


def require_attendant(actor: Actor) -> None:
    """Raises Forbidden for who does not attend."""
    if (refusal := may_keep(actor, is_houses=False)) is not None:
        raise refusal
