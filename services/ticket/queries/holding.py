"""How much somebody has to do with, from the kept counts: by it a search is read in one way or the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import and_, func, or_, select

from services.ticket.access.seeing import ONE, word
from services.ticket.models import tallies
from shared.database import Reader, compiled

_in_queues: Final = and_(tallies.c.holder == word(""), tallies.c.held_queues.overlap(ONE.queues))
_HELD: Final = compiled(
    select(func.coalesce(func.sum(tallies.c.change), 0)).where(or_(_in_queues, tallies.c.holder == ONE.text_id)),
    is_planned_anew=True,
)


def held(reader: Reader, values: Mapping[str, Any]) -> int:
    """How many tickets the reader and their queues hold or have held, some of them twice; `values`: `looking`'s."""
    return int(reader.scalar(_HELD, **values))
