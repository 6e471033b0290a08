"""The verbs that take files out: one by a person, all of a ticket that was deleted or whose client was erased."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from sqlalchemy import ARRAY, Text, bindparam, cast, func, or_, select

from services.attachments.access import load_for_change
from services.attachments.commands.counting import count_off
from services.attachments.models import attachments, metadata, tickets
from services.attachments.rules.rights import Standing, removing
from shared import personal
from shared.contracts.attachments import AttachmentRemoved
from shared.contracts.ticket import Deleted, Erased
from shared.database import Id, compiled
from shared.ids import Actor
from shared.transaction import Transaction

outbox: Final = metadata.tables["outbox"]
answers: Final = metadata.tables["idempotency_keys"]

_OF_TICKET: Final = compiled(
    select(
        attachments.c.id, attachments.c.state, attachments.c.sha256, attachments.c.version, attachments.c.ticket_id
    ).where(attachments.c.ticket_id == bindparam("ticket_id", type_=Id()), attachments.c.removed_at.is_(None))
)
_TICKET: Final = compiled(select(tickets.c.revision).where(tickets.c.id == bindparam("id", type_=Id())))
_SAID: Final = compiled(
    select(outbox.c.id, outbox.c.payload).where(
        outbox.c.word == "attachment",
        outbox.c.aggregate_id == func.any(bindparam("ids", type_=ARRAY(Text))),
        outbox.c.payload.has_key("file_name"),
    )
)
_EVER: Final = compiled(select(attachments.c.id).where(attachments.c.ticket_id == bindparam("ticket_id", type_=Id())))
_ANSWERED: Final = compiled(
    select(answers.c.person_id, answers.c.path, answers.c.key).where(
        or_(
            answers.c.path.startswith(bindparam("below"), autoescape=False),
            cast(answers.c.answer, Text).contains(bindparam("id"), autoescape=False),
        )
    )
)
_ERASED: Final = {"name": "", "sha256": None, "announced_sha256": None, "reason": None, "parameter": None}


def remove(tx: Transaction, actor: Actor, standing: Standing, file_id: str) -> None:
    """Take a file out of its ticket: its row keeps no more than that it was. Raises NotFound, Forbidden, Conflict…"""
    file = load_for_change(tx, actor, standing, file_id)
    refusal = removing(standing, is_own=file.by_id == actor.id, is_stored=file.is_stored)
    tx.in_order(forbidden=refusal.forbidden, conflict=refusal.conflict, version=file.version)
    _remove(tx, file, actor.id)
    if file.sha256 is not None:
        count_off(tx, file.sha256)
    _erase_said(tx, [file.id])
    tx.audit("attachment", file.id, "remove", {"ticket_id": file.ticket_id})


def remove_all(tx: Transaction, actor: Actor, event: Deleted) -> None:
    """A ticket was deleted: its files go, and none comes any more."""
    _close(tx, event.ticket_id)
    _remove_those_of(tx, event.ticket_id, event.by)


def remove_erased(tx: Transaction, actor: Actor, event: Erased) -> None:
    """A ticket's client was erased: its files go, and its receipt here counts them."""
    count = _remove_those_of(tx, event.ticket_id, event.by)
    personal.add_to_receipt(tx, event.person_id, files=count)


def _remove_those_of(tx: Transaction, ticket_id: str, by: str) -> int:
    rows = tx.all(_OF_TICKET, ticket_id=ticket_id)
    for row in rows:
        _remove(tx, row, by)
        tx.audit("attachment", row.id, "remove", {"ticket_id": ticket_id})
    for sha256, times in Counter(row.sha256 for row in rows if row.sha256 is not None).items():
        count_off(tx, sha256, times)
    _erase_said(tx, [row.id for row in tx.all(_EVER, ticket_id=ticket_id)])
    _forget_answers(tx, ticket_id)
    return len(rows)


def _erase_said(tx: Transaction, file_ids: list[str]) -> None:
    """Take the files' names out of what the outbox still keeps."""
    for row in tx.all(_SAID, ids=file_ids) if file_ids else ():
        tx.update(outbox, {"id": row.id}, {"payload": {**row.payload, "file_name": ""}}, must=False)


def _forget_answers(tx: Transaction, ticket_id: str) -> None:
    """Drop the answers that idempotency keys still hold and that name the ticket: they tell its files' names."""
    for row in tx.all(_ANSWERED, below=f"/v1/tickets/{ticket_id}", id=ticket_id):
        tx.delete(answers, {"person_id": row.person_id, "path": row.path, "key": row.key})


def _close(tx: Transaction, ticket_id: str) -> None:
    """Nothing can be added any more; guarded by the revision, so that no file slips by between read and write."""
    ticket = tx.one(_TICKET, id=ticket_id)
    if ticket is None:
        tx.insert(tickets, {"id": ticket_id, "revision": 1, "is_deleted": True})
        return
    closed = {"revision": ticket.revision + 1, "is_deleted": True}
    tx.update(tickets, {"id": ticket_id}, closed, expect={"revision": ticket.revision})


def _remove(tx: Transaction, file: Any, by: str) -> None:
    gone = {**_ERASED, "removed_at": tx.now, "leased_until": None, "next_try_at": None}
    tx.change(attachments, file.id, gone, version=file.version)
    if file.state == "stored":
        tx.emit(AttachmentRemoved(attachment_id=file.id, ticket_id=file.ticket_id, by=by))
