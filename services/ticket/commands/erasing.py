"""Erasing a person here: what their tickets said goes, what they kept goes; numbers, stages, times and chains stay.

What they wrote in other people's tickets stays there, under an id that is nobody's name any more: it is part of those
people's record. An open ticket goes on without its content, and attendants end it.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import bindparam, select

from services.ticket.commands.deleting import erase_said, forget_answers
from services.ticket.models import (
    canned_answers,
    files,
    messages,
    operations,
    ratings,
    revisions,
    saved_filters,
    shares,
    stage_comments,
    templates,
    texts,
    tickets,
    time_entries,
    understandings,
)
from shared import personal
from shared.contracts.ticket import Erased
from shared.database import Id, Table, compiled
from shared.personal import Erasure
from shared.transaction import Transaction

PORTION: Final = 50
BEFORE_ALL: Final = "00000000-0000-0000-0000-000000000000"
KEPT_ANSWERS: Final = timedelta(hours=25)
"""Idempotent answers live for a day: they are looked through only where the ticket changed since."""

_person: Final = bindparam("person", type_=Id())
_THEIRS: Final = compiled(
    select(tickets.c.id, tickets.c.version, tickets.c.status, tickets.c.updated_at)
    .where(tickets.c.client_id == _person, tickets.c.id > bindparam("after", type_=Id()))
    .order_by(tickets.c.id)
    .limit(bindparam("most"))
)
_CANNED: Final = compiled(select(canned_answers.c.id).where(canned_answers.c.owner_id == _person))
_EMPTIED: Final[tuple[tuple[Table, dict[str, Any]], ...]] = (
    (texts, {"subject": "", "description": ""}),
    (messages, {"body": ""}),
    (understandings, {"body": ""}),
    (operations, {"comment": None, "party": None, "problem_values": {}}),
    (ratings, {"comment": None}),
    (time_entries, {"note": ""}),
    (files, {"name": ""}),
)
_REMOVED: Final = (stage_comments, revisions, shares)


def erase_next(tx: Transaction, most: int = PORTION) -> int:
    """Erase the next of the tickets of who has waited longest, at the end what is theirs besides; 0: nobody waits."""
    return personal.work_off(tx, partial(_erase_portion, most=most))


def _erase_portion(tx: Transaction, erasure: Erasure, *, most: int) -> None:
    found = tx.all(_THEIRS, person=erasure.person_id, after=erasure.place or BEFORE_ALL, most=most)
    there = [row for row in found if row.status != "deleted"]
    for row in there:
        _erase(tx, row, erasure.person_id)
    if len(found) == most:
        personal.keep_place(tx, erasure, found[-1].id, tickets=len(there))
    else:
        _erase_own(tx, erasure)
        personal.finish(tx, erasure, tickets=len(there))


def _erase(tx: Transaction, row: Any, person_id: str) -> None:
    """Take out of a ticket what it said. Its version rises, so that nobody decides on what they no longer see."""
    tx.change(tickets, row.id, {"subject": "", "parameters": {}, "turn_party": None}, version=row.version)
    for table, empty in _EMPTIED:
        tx.update(table, {"ticket_id": row.id}, empty, must=False)
    for table in _REMOVED:
        tx.delete(table, {"ticket_id": row.id})
    erase_said(tx, row.id)
    if row.updated_at > tx.now - KEPT_ANSWERS:
        forget_answers(tx, row.id)
    tx.emit(Erased(ticket_id=row.id, person_id=person_id, by=tx.actor.id))
    tx.audit("ticket", row.id, "erase", {})


def _erase_own(tx: Transaction, erasure: Erasure) -> None:
    """What a person kept for themselves, and what was shared with them."""
    for table in (templates, saved_filters):
        tx.delete(table, {"owner_id": erasure.person_id})
    tx.delete(shares, {"person_id": erasure.person_id})
    for row in tx.all(_CANNED, person=erasure.person_id):
        tx.change(canned_answers, row.id, {"name": "", "body": "", "removed_at": tx.now})
        personal.erase_details(tx, "canned_answer", row.id)
        tx.audit("canned_answer", row.id, "erase", {})
