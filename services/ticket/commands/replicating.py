"""Verbs that keep the replicas: types and their versions, queues, settings, files. The newest of a subject wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from sqlalchemy import bindparam, select

from services.ticket.commands.revising import keep_revision
from services.ticket.models import files, published, queues, settings, tickets, type_versions, types
from services.ticket.rules.parameters import without_file
from shared.contracts import decode
from shared.contracts.attachments import AttachmentRejected, AttachmentRemoved, AttachmentStored
from shared.contracts.ticket import ParametersChanged
from shared.contracts.workflow import CatalogPublished, QueueChanged, SettingChanged, TypeChanged
from shared.database import Id, compiled
from shared.transaction import Transaction

_FILE_TICKET: Final = compiled(
    select(tickets.c.version, tickets.c.status, tickets.c.parameters).where(
        tickets.c.id == bindparam("ticket_id", type_=Id())
    )
)

_FILE: Final = compiled(
    select(files.c.id, files.c.name, files.c.is_internal, files.c.parameter).where(
        files.c.id == bindparam("id", type_=Id())
    )
)


def keep_type(tx: Transaction, event: TypeChanged, sequence: int) -> None:
    """What of a type is not versioned."""
    row = {
        "code": event.code,
        "group_code": event.group,
        "group_names": event.group_names,
        "names": event.names,
        "descriptions": event.descriptions,
        "opened_by": event.opened_by,
        "templates": event.templates,
        "priority": event.priority,
        "is_confidential": event.confidential,
        "is_retired": event.retired,
        "sequence": sequence,
    }
    tx.upsert(types, row, newer="sequence")


def keep_published(tx: Transaction, event: CatalogPublished, sequence: int) -> None:
    """The current version of a type moved on."""
    tx.upsert(published, {"type": event.type, "version": event.version, "sequence": sequence}, newer="sequence")


def keep_queue(tx: Transaction, event: QueueChanged, sequence: int) -> None:
    """A queue and all of its members."""
    row = {"code": event.code, "names": event.names, "members": event.members, "is_retired": event.retired}
    tx.upsert(queues, {**row, "sequence": sequence}, newer="sequence")


def keep_setting(tx: Transaction, event: SettingChanged, sequence: int) -> None:
    """A setting's value."""
    tx.upsert(settings, {"key": event.key, "value": event.value, "sequence": sequence}, newer="sequence")


def keep_answered_version(tx: Transaction, answer: Mapping[str, Any]) -> None:
    """A published version that workflow was asked for: it never changes."""
    row = {"type": answer["type"], "version": answer["version"], "definition": answer["definition"]}
    tx.upsert(type_versions, row)


def keep_answered_type(tx: Transaction, answer: Mapping[str, Any]) -> None:
    """A type that workflow was asked for, with the version that is current."""
    found = answer["type"]
    keep_type(tx, cast(TypeChanged, decode(TypeChanged.name, 1, found)), found["sequence"])
    current = answer.get("published")
    if current is not None:
        event = cast(CatalogPublished, decode(CatalogPublished.name, 1, current))
        keep_published(tx, event, current["sequence"])


def keep_answered_queue(tx: Transaction, answer: Mapping[str, Any]) -> None:
    """A queue that workflow was asked for."""
    keep_queue(tx, cast(QueueChanged, decode(QueueChanged.name, 1, dict(answer))), answer["sequence"])


def keep_file(tx: Transaction, event: AttachmentStored) -> None:
    """A file was checked and stored: evidence covers it, so the ticket's version rises."""
    row = _file_row(tx, event, "stored")
    tx.upsert(files, {**row, "sha256": event.sha256, "is_internal": event.internal, "parameter": event.parameter})
    _raise_version(tx, event.ticket_id, {"added": event.attachment_id})


def keep_rejected_file(tx: Transaction, event: AttachmentRejected) -> None:
    """A file was refused: values may not name it."""
    row = _file_row(tx, event, "rejected")
    tx.upsert(files, {**row, "sha256": None, "is_internal": True})


def drop_file(tx: Transaction, event: AttachmentRemoved) -> None:
    """A file was removed: no value names it any more, and evidence covers that too."""
    row = tx.one(_FILE, id=event.attachment_id)
    tx.delete(files, {"id": event.attachment_id})
    held = row._asdict() if row is not None else None
    _raise_version(tx, event.ticket_id, {"removed": held}, gone=event.attachment_id)


def _file_row(tx: Transaction, event: AttachmentStored | AttachmentRejected, state: str) -> dict[str, Any]:
    return {
        "id": event.attachment_id,
        "ticket_id": event.ticket_id,
        "name": event.file_name,
        "state": state,
        "by_id": event.by,
        "changed_at": tx.now,
    }


def _raise_version(tx: Transaction, ticket_id: str, before: Mapping[str, Any], *, gone: str | None = None) -> None:
    """`gone`: the file that the ticket's values name no longer."""
    row = tx.one(_FILE_TICKET, ticket_id=ticket_id)
    if row is None or row.status == "deleted":
        return
    left = without_file(row.parameters, gone) if gone is not None else {}
    changes: dict[str, Any] = {"updated_at": tx.now}
    if left:
        changes["parameters"] = {code: value for code, value in {**row.parameters, **left}.items() if value != []}
        before = {**before, "parameters": {code: row.parameters[code] for code in left}}
    tx.change(tickets, ticket_id, changes, version=row.version)
    if row.status != "draft":
        keep_revision(tx, ticket_id, row.version, before)
    if left and row.status != "draft":
        tx.emit(ParametersChanged(ticket_id=ticket_id, codes=sorted(left)))
