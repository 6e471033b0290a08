"""Putting together the changes of the kept counts, so that adding them up stays short."""

from __future__ import annotations

from typing import Final

from shared.database import Statement
from shared.transaction import Transaction

TIMER: Final = "tallies"
EVERY_SECONDS: Final = 30.0

PUT_TOGETHER: Final = Statement(
    """WITH many AS (
    SELECT holder, type, shelf, queue, held_queues FROM tallies
    GROUP BY holder, type, shelf, queue, held_queues HAVING count(*) > 1
), gone AS (
    DELETE FROM tallies t USING many m
    WHERE (t.holder, t.type, t.shelf, t.queue, t.held_queues) = (m.holder, m.type, m.shelf, m.queue, m.held_queues)
    RETURNING t.holder, t.type, t.shelf, t.queue, t.held_queues, t.change
), whole AS (
    INSERT INTO tallies
    SELECT gen_random_uuid(), holder, type, shelf, queue, held_queues, sum(change) FROM gone
    GROUP BY holder, type, shelf, queue, held_queues HAVING sum(change) <> 0
)
SELECT count(*) FROM gone"""
)


def put_together(tx: Transaction) -> int:
    """Make one row of the changes of each kind of ticket. Returns how many changes there were, 0 when all is done.

    A reader sees either all of them or their sum. Of two at the same time each adds up what itself took away.
    """
    return int(tx.scalar(PUT_TOGETHER))
