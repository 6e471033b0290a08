"""Erasing a person here: they leave their queues. Flows, votes and ledgers hold ids alone, and stay as they were.

An e-mail that a published version names stays in it, since versions never change: publish one that names nobody.
"""

from __future__ import annotations

from typing import Any, Final

from services.workflow.commands.holders import ask_check
from services.workflow.models import queue_members, queues
from shared import personal
from shared.contracts.workflow import QueueChanged
from shared.database import Statement
from shared.personal import Erasure
from shared.transaction import Transaction

_QUEUES: Final = Statement(
    """SELECT q.code, q.names, q.is_retired,
    ARRAY(SELECT o.person_id::text FROM queue_members o
          WHERE o.queue = q.code AND o.person_id <> m.person_id ORDER BY o.position) AS others
FROM queue_members m JOIN queues q ON q.code = m.queue WHERE m.person_id = %(person)s ORDER BY q.code"""
)


def erase_next(tx: Transaction) -> int:
    """Erase what is here of who has waited longest; 0: nobody waits."""
    return personal.work_off(tx, _erase)


def _erase(tx: Transaction, erasure: Erasure) -> None:
    found = tx.all(_QUEUES, person=erasure.person_id)
    for queue in found:
        _leave(tx, queue, erasure.person_id)
    personal.finish(tx, erasure, queues=len(found))


def _leave(tx: Transaction, queue: Any, person_id: str) -> None:
    tx.delete(queue_members, {"queue": queue.code, "person_id": person_id})
    tx.change(queues, queue.code, {})
    tx.emit(QueueChanged(code=queue.code, names=queue.names, members=list(queue.others), retired=queue.is_retired))
    tx.audit("queue", queue.code, "change_queue", {"members": list(queue.others)})
    ask_check(tx, "queue", queue.code)
