"""Verifying the chain of every ticket's stage history, however many rows there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import bindparam, literal_column, select, tuple_

from services.ticket.models import stage_comments, stage_history, tickets
from services.ticket.rules.chain import first_bad
from shared.database import Id, Integer, Reader, compiled

BATCH: Final = 5000
FIRST: Final = "00000000-0000-0000-0000-000000000000"

_h, _c = stage_history, stage_comments
_ROWS: Final = compiled(
    select(*_h.c, _c.c.salt, _c.c.comment)
    .select_from(_h.outerjoin(_c, (_c.c.ticket_id == _h.c.ticket_id) & (_c.c.position == _h.c.position)))
    .where(
        tuple_(_h.c.ticket_id, _h.c.position)
        > tuple_(bindparam("ticket_id", type_=Id()), bindparam("position", type_=Integer))
    )
    .order_by(_h.c.ticket_id, _h.c.position)
    .limit(literal_column(str(BATCH)))
)
_HEADS: Final = compiled(
    select(tickets.c.id, tickets.c.history_count, tickets.c.history_head).where(
        tickets.c.history_count > literal_column("0")
    )
)


def history_verdict(reader: Reader) -> str | None:
    """The first row of any stage history that was changed, inserted, removed or moved, in words, or None."""
    heads = {row.id: (row.history_count, bytes(row.history_head)) for row in reader.all(_HEADS)}
    return first_bad(_rows(reader), heads)


def _rows(reader: Reader) -> Iterator[Any]:
    ticket_id, position = FIRST, 0
    while batch := reader.all(_ROWS, ticket_id=ticket_id, position=position):
        yield from batch
        ticket_id, position = batch[-1].ticket_id, batch[-1].position
