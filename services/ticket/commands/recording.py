"""Verbs that keep the record of the flow: its answers become the ledger, the stage history and the ticket's turn."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, exists, select

from services.ticket.access.definitions import definition
from services.ticket.commands.ending import add_duplicate
from services.ticket.models import holders, operations, people, queues, stage_comments, stage_history, tickets, turns
from services.ticket.rules import recording
from services.ticket.rules.recording import Known
from shared.contracts.workflow import (
    DecisionRecorded,
    DueChanged,
    Finished,
    Holder,
    Migrated,
    Reassigned,
    Refused,
    StageEntered,
)
from shared.database import Id, Text, compiled
from shared.errors import NotFound
from shared.transaction import Transaction

_KNOWN: Final = compiled(
    select(
        tickets.c.version,
        tickets.c.status,
        tickets.c.author_id,
        tickets.c.turn_ordinal,
        tickets.c.pending_id,
        tickets.c.pending_kind,
        tickets.c.stage,
        tickets.c.stage_kind,
        tickets.c.last_stage,
        tickets.c.last_attendant_id,
        tickets.c.history_count,
        tickets.c.history_head,
        operations.c.kind,
        operations.c.state,
        operations.c.comment,
        operations.c.duplicate_of,
        exists().where(people.c.id == bindparam("holder_person", type_=Id())).label("person_known"),
        exists().where(queues.c.code == bindparam("holder_queue", type_=Text)).label("queue_known"),
    )
    .select_from(tickets.outerjoin(operations, operations.c.id == bindparam("operation_id", type_=Id())))
    .where(tickets.c.id == bindparam("ticket_id", type_=Id()))
)


def record_stage(tx: Transaction, event: StageEntered) -> None:
    """A stage was entered: a row of the history, a turn of the ledger, the ticket's turn."""
    row = _load(tx, event)
    if _is_told_again(row, event):
        return
    known = _known(row)
    entry = recording.history_entry(event, known)
    _add_turn(tx, event, known)
    _add_history(tx, entry)
    changes = {**recording.entered_columns(event, known, tx.now), **entry.columns}
    tx.change(tickets, event.ticket_id, changes, version=row.version)
    _settle(tx, row, event.operation_id)


def record_turn(tx: Transaction, event: Reassigned) -> None:
    """The turn changed inside a stage: a turn of the ledger, the ticket's turn."""
    row = _load(tx, event)
    if _is_told_again(row, event):
        return
    known = _known(row)
    _add_turn(tx, event, known)
    tx.change(tickets, event.ticket_id, recording.reassigned_columns(event, known, tx.now), version=row.version)
    _settle(tx, row, event.operation_id)


def record_end(tx: Transaction, event: Finished) -> None:
    """The flow ended: a turn of the ledger, and a row of the history where a terminal stage was entered."""
    row = _load(tx, event)
    if _is_told_again(row, event):
        return
    known = _known(row)
    changes = recording.finished_columns(event, known, tx.now)
    _add_turn(tx, event, known)
    if event.stage is not None:
        entry = recording.history_entry(event, known)
        _add_history(tx, entry)
        changes |= entry.columns
    if row.kind == "cancel":
        changes["duplicate_of"] = row.duplicate_of
        add_duplicate(tx, event.ticket_id, row.duplicate_of, event.by)
    tx.change(tickets, event.ticket_id, changes, version=row.version)
    _settle(tx, row, event.operation_id)


def record_decision(tx: Transaction, event: DecisionRecorded) -> None:
    """A vote that did not end the approval: those left are asked."""
    row = _load(tx, event)
    changes = {"approvers": event.approvers, "updated_at": tx.now}
    changes |= recording.answered(_known(row), event.operation_id)
    tx.change(tickets, event.ticket_id, changes, version=row.version)
    _settle(tx, row, event.operation_id)


def record_refusal(tx: Transaction, event: Refused) -> None:
    """An operation took no effect: its reason stays with it; a refused submission is a draft again."""
    row = _load(tx, event)
    changes: dict[str, Any] = recording.answered(_known(row), event.operation_id)
    if changes and event.kind == "submit":
        changes |= {"status": "draft", "turn_side": "client", "holder_person_id": row.author_id, "submitted_at": None}
    if changes:
        tx.change(tickets, event.ticket_id, {**changes, "updated_at": tx.now}, version=row.version)
    problem = {"problem_type": event.type, "problem_message": event.message, "problem_values": event.values}
    _settle(tx, row, event.operation_id, state="refused", **problem)


def record_version(tx: Transaction, event: Migrated) -> None:
    """The ticket goes on in another version of its type; who saw the one before has to look again.

    Raises Missing where the replica lacks the version.
    """
    row = _load(tx, event)
    definition(tx, event.type, event.version)
    changes = {"flow_version": event.version, "stage_kind": event.stage.kind, "updated_at": tx.now}
    tx.change(tickets, event.ticket_id, changes, version=row.version)
    tx.audit("ticket", event.ticket_id, "migrate", {"from_version": event.from_version, "version": event.version})


def record_due(tx: Transaction, event: DueChanged) -> None:
    """The deadline changed; the ticket's version does not."""
    _load(tx, event)
    tx.change(tickets, event.ticket_id, {"due_at": event.due_at, "near_at": event.near_at})


def _load(tx: Transaction, event: Any) -> Any:
    holder: Holder | None = getattr(event, "holder_after", None)
    person = holder.id if holder is not None and not holder.queue else None
    queue = holder.id if holder is not None and holder.queue else None
    place = {"ticket_id": event.ticket_id, "operation_id": event.operation_id}
    row = tx.one(_KNOWN, **place, holder_person=person, holder_queue=queue)
    if row is None:
        raise NotFound("The flow speaks of ticket %(id)s, which is not here", id=event.ticket_id)
    if person is not None and not row.person_known:
        tx.miss("person", person)
    if queue is not None and not row.queue_known:
        tx.miss("queue", queue)
    return row


def _is_told_again(row: Any, event: StageEntered | Reassigned | Finished) -> bool:
    """Whether the ledger has this turn: a flow that was restored from a backup does again what it is asked again."""
    return bool(event.ordinal <= row.turn_ordinal)


def _known(row: Any) -> Known:
    return Known(
        pending_id=row.pending_id,
        pending_kind=row.pending_kind,
        stage=row.stage,
        stage_kind=row.stage_kind,
        last_stage=row.last_stage,
        last_attendant_id=row.last_attendant_id,
        history_count=row.history_count,
        history_head=bytes(row.history_head),
        kind=row.kind,
        comment=row.comment,
    )


def _add_turn(tx: Transaction, event: StageEntered | Reassigned | Finished, known: Known) -> None:
    tx.insert(turns, recording.turn_row(event, known))
    if isinstance(event, Finished):
        return
    key = recording.holder_key(event.holder_after, event.side)
    if key is not None:
        tx.upsert(holders, {"ticket_id": event.ticket_id, "holder": key})


def _add_history(tx: Transaction, entry: recording.HistoryEntry) -> None:
    tx.insert(stage_history, entry.row)
    if entry.comment is not None:
        tx.insert(stage_comments, entry.comment)


def _settle(tx: Transaction, row: Any, operation_id: str | None, *, state: str = "done", **problem: Any) -> None:
    if operation_id is not None and row.state == "pending":
        tx.update(operations, {"id": operation_id}, {"state": state, "settled_at": tx.now, **problem}, must=False)
