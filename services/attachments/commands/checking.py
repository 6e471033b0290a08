"""The verbs of the check: a file is leased, its content counted, and it ends stored or rejected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select

from services.attachments.access import CLAIM, CLAIM_DUE, RENEW, find_file
from services.attachments.commands.counting import count_off
from services.attachments.models import attachments, contents
from services.attachments.rules import reasons
from services.attachments.rules.files import LEASE, MOST_FAILURES, File, pause
from shared import clock
from shared.contracts.attachments import AttachmentRejected, AttachmentStored
from shared.database import compiled
from shared.errors import Retryable
from shared.ids import Actor
from shared.transaction import Transaction

_CONTENT: Final = compiled(select(contents).where(contents.c.sha256 == bindparam("sha256")))


class Busy(Retryable):
    """The content is just being removed: the check comes again when it is gone."""


class Gone(Retryable):
    """The lease was lost, or the file was removed: whoever has it now goes on."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that the caller alone checks until the lease ends."""

    file: File
    leased_until: datetime


def claim(tx: Transaction, actor: Actor, file_id: str) -> Claimed | None:
    """Lease a file that waits for its check; None where it does not, or somebody else has it."""
    return _claimed(tx, tx.one(CLAIM, id=file_id, offset=clock.offset(), lease=LEASE))


def claim_due(tx: Transaction, actor: Actor) -> Claimed | None:
    """Lease the file whose check is due longest."""
    return _claimed(tx, tx.one(CLAIM_DUE, offset=clock.offset(), lease=LEASE))


def _claimed(tx: Transaction, row: Any) -> Claimed | None:
    file = None if row is None else find_file(tx, row.id)
    return None if file is None else Claimed(file, row.leased_until)


def renew(tx: Transaction, actor: Actor, claimed: Claimed) -> Claimed | None:
    """The lease for longer; None where it was lost, or the file was removed meanwhile."""
    held = {"id": claimed.file.id, "held": claimed.leased_until}
    row = tx.one(RENEW, **held, offset=clock.offset(), lease=LEASE)
    return None if row is None else Claimed(claimed.file, row.leased_until)


def reserve(tx: Transaction, actor: Actor, claimed: Claimed, sha256: str, size: int) -> bool:
    """Count this file among those that have a content; whether the content still has to be written.

    It is counted before it is written, so that no sweep takes it for an orphan. Raises Gone where the file is the
    caller's no longer, Busy while the content is being removed.
    """
    file = find_file(tx, claimed.file.id)
    if not _is_ours(file, claimed) or file is None:
        raise Gone("Somebody else has this file now")
    row = tx.one(_CONTENT, sha256=sha256)
    if row is not None and row.state == "leaving":
        raise Busy("This content is just being removed")
    if file.sha256 != sha256:
        _count_on(tx, row, sha256, size)
        if file.sha256 is not None:
            count_off(tx, file.sha256)
        tx.change(attachments, file.id, {"sha256": sha256}, version=file.version)
    return row is None or bool(row.state != "stored")


def _count_on(tx: Transaction, row: Any, sha256: str, size: int) -> None:
    if row is None:
        new = {"sha256": sha256, "size": size, "state": "writing", "reference_count": 1, "changed_at": tx.now}
        tx.insert(contents, new)
        return
    counted = {"reference_count": row.reference_count + 1, "changed_at": tx.now}
    tx.update(contents, {"sha256": sha256}, counted, expect=_as_read(row))


def store(tx: Transaction, actor: Actor, claimed: Claimed, content_type: str, *, made_thumbnail: bool = False) -> bool:
    """The content is written: the file can be read from now on. False where somebody was faster.

    `made_thumbnail`: its small picture was written with it.
    """
    file = find_file(tx, claimed.file.id)
    if not _is_ours(file, claimed) or file is None or file.sha256 is None:
        return False
    written: dict[str, Any] = {"state": "stored", "changed_at": tx.now}
    tx.update(contents, {"sha256": file.sha256}, written | ({"has_thumbnail": True} if made_thumbnail else {}))
    ended = {"state": "stored", "content_type": content_type, "reason": None}
    tx.change(attachments, file.id, _settled(tx, ended), version=file.version)
    tx.emit(
        AttachmentStored(
            attachment_id=file.id,
            ticket_id=file.ticket_id,
            file_name=file.name,
            size=file.size,
            content_type=content_type,
            sha256=file.sha256,
            internal=file.is_internal,
            by=file.by_id,
            parameter=file.parameter,
        )
    )
    tx.audit("attachment", file.id, "store", {"sha256": file.sha256, "content_type": content_type})
    return True


def reject(tx: Transaction, actor: Actor, claimed: Claimed, reason: str) -> bool:
    """The file is refused, and its sender is told why. False where somebody was faster."""
    file = find_file(tx, claimed.file.id)
    if not _is_ours(file, claimed) or file is None:
        return False
    if file.sha256 is not None:
        count_off(tx, file.sha256)
    ended = {"state": "rejected", "reason": reason, "sha256": None}
    tx.change(attachments, file.id, _settled(tx, ended), version=file.version)
    tx.emit(
        AttachmentRejected(
            attachment_id=file.id, ticket_id=file.ticket_id, file_name=file.name, reason=reason, by=file.by_id
        )
    )
    tx.audit("attachment", file.id, "reject", {"reason": reason})
    return True


def put_off(tx: Transaction, actor: Actor, claimed: Claimed, *, failed: bool) -> None:
    """Give a file back whose check did not come to an end; `failed`: by itself, which is borne a few times only.

    What cannot be reached is no failure: it is tried again until it answers.
    """
    file = find_file(tx, claimed.file.id)
    if not _is_ours(file, claimed) or file is None:
        return
    count = file.failure_count + int(failed)
    if failed and count >= MOST_FAILURES:
        reject(tx, actor, claimed, reasons.UNCHECKABLE)
        return
    wait = pause(count) if failed else timedelta(seconds=2)
    values = {"failure_count": count, "next_try_at": tx.now + wait, "leased_until": None}
    tx.update(attachments, {"id": file.id}, values, expect={"leased_until": claimed.leased_until}, must=False)


def _is_ours(file: File | None, claimed: Claimed) -> bool:
    if file is None or file.removed_at is not None or file.state != "checking":
        return False
    return file.leased_until == claimed.leased_until


def _as_read(row: Any) -> dict[str, Any]:
    return {"reference_count": row.reference_count, "state": row.state}


def _settled(tx: Transaction, values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "next_try_at": None, "leased_until": None, "settled_at": tx.now}
