"""The verbs of who sends a file: announce it, say that it is complete, give it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import bindparam, select

from services.attachments.access import COUNTED, find_file, find_limits, load_for_change
from services.attachments.models import attachments, tickets
from services.attachments.rules import files, names
from services.attachments.rules.files import Announced, File, Part
from services.attachments.rules.kinds import expected_type
from services.attachments.rules.limits import Limits
from services.attachments.rules.rights import Standing, adding
from shared.database import Id, compiled
from shared.errors import Conflict, Invalid, Message, NotFound
from shared.ids import Actor, new_id
from shared.transaction import Transaction

_TICKET: Final = compiled(select(tickets).where(tickets.c.id == bindparam("id", type_=Id())))
WRONG: Final = "Correct the fields named and send it again"


def begin(
    tx: Transaction, actor: Actor, standing: Standing, announced: Announced, defaults: Limits, part_size: int
) -> File:
    """Take up an upload: a file in state `uploading`, with the parts in which it is to be sent.

    `standing` knows of the parameter and the message that are announced; what belongs to a note is internal as it is.
    Raises Forbidden, Conflict, NotFound (the ticket was deleted), Invalid, Missing("type").
    """
    is_internal = announced.internal or standing.message == "internal"
    refusal = adding(standing, internal=is_internal)
    tx.in_order(forbidden=refusal.forbidden, conflict=refusal.conflict, moves=False)
    limits = _limits(tx, standing.type, defaults)
    name = names.cleaned(announced.name)
    _judge(limits, standing, announced, name)
    _make_room(tx, announced.ticket_id, limits.count)
    file = File(
        id=new_id(),
        ticket_id=announced.ticket_id,
        type=standing.type,
        by_id=actor.id,
        author=actor.name,
        name=name,
        size=announced.size,
        declared_type=announced.content_type,
        announced_sha256=announced.sha256,
        is_internal=is_internal,
        message_id=announced.message_id,
        parameter=announced.parameter,
        parts=files.plan(announced.size, part_size),
        created_at=tx.now,
    )
    tx.create(attachments, _row(file))
    tx.audit("attachment", file.id, "begin", {"ticket_id": file.ticket_id, "size": file.size})
    return file


def complete(tx: Transaction, actor: Actor, standing: Standing, upload_id: str, named: Sequence[Part]) -> File:
    """Every part is there, says who sent it: the file waits for its check.

    Raises NotFound (also for somebody else's upload), Forbidden, Conflict, Invalid.
    """
    file = load_for_change(tx, actor, standing, upload_id)
    if file.by_id != actor.id:
        raise NotFound("There is no such upload")
    refusal = adding(standing, internal=file.is_internal)
    done = None if file.state == "uploading" else Conflict("This upload was completed already", type="completed")
    tx.in_order(forbidden=refusal.forbidden, conflict=done or refusal.conflict, moves=False)
    mismatch = files.compare(file.parts, named)
    if mismatch:
        raise Invalid(WRONG, fields={"parts": [_told(mismatch)]})
    parts = files.sent(file.parts, named)
    changes = {"state": "checking", "parts": files.to_wire(parts), "next_try_at": tx.now + files.HEAD_START}
    tx.change(attachments, file.id, changes, version=file.version)
    tx.audit("attachment", file.id, "complete", {"parts": len(parts)})
    tx.ring("check", file.id)
    return replace(file, state="checking", parts=parts, version=file.version + 1)


def abandon(tx: Transaction, actor: Actor, upload_id: str) -> None:
    """The actor's own upload broke off for good: the sweep takes what is there of it. Nothing where it is complete."""
    file = find_file(tx, upload_id)
    if file is not None and file.by_id == actor.id and file.state == "uploading" and file.removed_at is None:
        tx.change(attachments, file.id, {"removed_at": tx.now, "name": ""}, version=file.version)
        tx.audit("attachment", file.id, "give_up", {"ticket_id": file.ticket_id})


def _limits(tx: Transaction, type: str, defaults: Limits) -> Limits:
    found = find_limits(tx, type, defaults)
    if found is None:
        tx.miss("type", type)
    return found or defaults


def _judge(limits: Limits, standing: Standing, announced: Announced, name: str) -> None:
    """Raises Invalid for what can be told before a byte is sent."""
    wrong: dict[str, list[Message]] = {}
    if announced.size > limits.size:
        wrong["size"] = [Message("At most %(most)s bytes", {"most": limits.size})]
    kind = expected_type(name, announced.content_type)
    if kind is not None and not limits.takes(kind):
        wrong["name"] = [Message("Files of this kind are not accepted here")]
    if announced.parameter is not None and announced.parameter not in standing.fillable:
        wrong["parameter"] = [Message("There is no file parameter of this name that you may fill now")]
    if announced.message_id is not None and standing.message is None:
        wrong["message_id"] = [Message("There is no such message in this ticket")]
    if wrong:
        raise Invalid(WRONG, fields=wrong)


def _make_room(tx: Transaction, ticket_id: str, most: int) -> None:
    """Count one more file of the ticket. Two at once cannot both take the last place: the slower one reads again."""
    ticket = tx.one(_TICKET, id=ticket_id)
    if ticket is not None and ticket.is_deleted:
        raise NotFound("There is no such ticket")
    if tx.scalar(COUNTED, ticket_id=ticket_id) >= most:
        raise Conflict("This ticket has %(most)s files already, which is the most", type="too-many-files", most=most)
    if ticket is None:
        tx.insert(tickets, {"id": ticket_id, "revision": 1})
    else:
        raised = {"revision": ticket.revision + 1}
        tx.update(tickets, {"id": ticket_id}, raised, expect={"revision": ticket.revision, "is_deleted": False})


def _row(file: File) -> dict[str, Any]:
    return {
        "id": file.id,
        "ticket_id": file.ticket_id,
        "ticket_type": file.type,
        "by_id": file.by_id,
        "name": file.name,
        "size": file.size,
        "declared_type": file.declared_type,
        "announced_sha256": file.announced_sha256,
        "is_internal": file.is_internal,
        "message_id": file.message_id,
        "parameter": file.parameter,
        "state": file.state,
        "parts": files.to_wire(file.parts),
        "created_at": file.created_at,
    }


def _told(mismatch: files.Mismatch) -> Message:
    if mismatch.lacking:
        return Message("Part %(number)s is missing", {"number": mismatch.lacking[0]})
    return Message("Part %(number)s is not one of this upload, or is named twice", {"number": mismatch.unknown[0]})
