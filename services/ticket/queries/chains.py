"""Verifying the chain of every ticket's stage history, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import func, literal_column, select

from services.ticket.models import stage_comments, stage_history, tickets
from services.ticket.rules.chain import first_bad
from shared.audit import counted
from shared.database import Reader, compiled

_h, _c = stage_history, stage_comments
_COUNT: Final = compiled(select(func.count()).select_from(_h))
_ROWS: Final = compiled(
    select(
        *_h.c,
        _c.c.salt,
        _c.c.comment,
        tickets.c.history_count.label("kept_count"),
        tickets.c.history_head.label("kept_head"),
    )
    .select_from(
        _h.join(tickets, tickets.c.id == _h.c.ticket_id).outerjoin(
            _c, (_c.c.ticket_id == _h.c.ticket_id) & (_c.c.position == _h.c.position)
        )
    )
    .order_by(_h.c.ticket_id, _h.c.position)
)
_GONE: Final = compiled(
    select(tickets.c.id, tickets.c.history_count)
    .where(
        tickets.c.history_count > literal_column("0"),
        ~select(_h.c.position).where(_h.c.ticket_id == tickets.c.id).exists(),
    )
    .order_by(tickets.c.id)
    .limit(literal_column("1"))
)
_STRAY: Final = compiled(
    select(_c.c.ticket_id, _c.c.position)
    .where(~select(_h.c.position).where(_h.c.ticket_id == _c.c.ticket_id, _h.c.position == _c.c.position).exists())
    .limit(literal_column("1"))
)


def history_count(reader: Reader) -> int:
    """How many rows of stage history there are."""
    return int(reader.scalar(_COUNT))


def history_verdict(reader: Reader, progress: Callable[[int], None]) -> str | None:
    """The first row of any stage history that was changed, inserted, removed or moved, in words, or None.

    `progress` is called with the number of rows seen so far.
    """
    if wrong := first_bad(counted(reader.stream(_ROWS), progress)):
        return wrong
    if gone := reader.one(_GONE):
        return f"ticket {gone.id}: stage history row 1 is missing, its ticket counts {gone.history_count}"
    if stray := reader.one(_STRAY):
        return f"ticket {stray.ticket_id}: a comment belongs to stage history row {stray.position}, which is not there"
    return None
