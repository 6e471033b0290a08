"""What the flow's answers make of a ticket's row, its ledger and its history: pure, columns in and columns out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.ticket.rules.chain import comment_digest, link
from services.ticket.rules.ticket import ATTENDED
from shared.contracts.workflow import Finished, Holder, Reassigned, StageEntered

NO_APPROVERS: Final[list[str]] = []
SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the ticket, and of the operation that is answered (kind None where a clock acted)."""

    pending_id: str | None
    pending_kind: str | None
    stage: str | None
    stage_kind: str | None
    last_stage: str | None
    last_attendant_id: str | None
    history_count: int
    history_head: bytes
    kind: str | None = None
    comment: str | None = None


def held(holder: Holder | None) -> tuple[str | None, str | None]:
    """A holder as two columns: a person, or a queue."""
    if holder is None:
        return None, None
    return (None, holder.id) if holder.queue else (holder.id, None)


def answered(known: Known, operation_id: str | None) -> dict[str, Any]:
    """The pending operation's columns once the flow answered it; a clock's step leaves another's alone."""
    if operation_id is None or operation_id != known.pending_id:
        return {}
    return {"pending_id": None, "pending_kind": None}


def entered_columns(event: StageEntered, known: Known, now: datetime) -> dict[str, Any]:
    """The ticket's row in a stage that was entered."""
    person, queue = held(event.holder_after)
    return {
        **answered(known, event.operation_id),
        **_turn(event, person, queue, now),
        "status": "open",
        "stage": event.stage.code,
        "stage_kind": event.stage.kind,
        "stage_entered_at": event.since,
        "last_stage": event.stage.code,
        "turn_party": event.party,
        "approvers": event.approvers,
        "scheduled_until": None,
        "last_attendant_id": _attendant(event.side, person) or known.last_attendant_id,
        "due_at": None,
        "near_at": None,
        **({"is_reopened": True, "ended_at": None, "reopen_until": None} if event.reopened else {}),
    }


def reassigned_columns(event: Reassigned, known: Known, now: datetime) -> dict[str, Any]:
    """The ticket's row when the turn changed inside a stage."""
    person, queue = held(event.holder_after)
    return {
        **answered(known, event.operation_id),
        **_turn(event, person, queue, now),
        "turn_party": event.party,
        "approvers": event.approvers,
        "scheduled_until": event.until,
        "last_attendant_id": _attendant(event.side, person) or known.last_attendant_id,
    }


def finished_columns(event: Finished, known: Known, now: datetime) -> dict[str, Any]:
    """The ticket's row when its flow ended; one that was cancelled from outside keeps the stage that it was in."""
    stage = event.stage
    return {
        **answered(known, event.operation_id),
        "status": event.status,
        "stage": stage.code if stage else known.stage,
        "stage_kind": stage.kind if stage else known.stage_kind,
        "turn_side": "nobody",
        "turn_ordinal": event.ordinal,
        "turn_since": event.since,
        "turn_party": None,
        "holder_person_id": None,
        "holder_queue": None,
        "approvers": NO_APPROVERS,
        "scheduled_until": None,
        "due_at": None,
        "near_at": None,
        "reopen_until": event.reopen_until,
        "ended_at": event.since,
        "updated_at": now,
    }


def turn_row(event: StageEntered | Reassigned | Finished, known: Known) -> dict[str, Any]:
    """The ledger's row: only its beginning."""
    side = "nobody" if isinstance(event, Finished) else event.side
    after = None if isinstance(event, Finished) else event.holder_after
    person, queue = held(after)
    return {
        "ticket_id": event.ticket_id,
        "ordinal": event.ordinal,
        "since": event.since,
        "side": side,
        "holder_person_id": person,
        "holder_queue": queue,
        "stage": event.stage.code if event.stage else known.stage,
        "cause": _cause(event),
        "by_id": event.by,
        "operation_id": event.operation_id,
    }


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A row of the stage history, what was said with it, and the chain's new end for the ticket's row."""

    row: dict[str, Any]
    comment: dict[str, Any] | None
    columns: dict[str, Any]


def history_entry(event: StageEntered | Finished, known: Known) -> HistoryEntry:
    """The next row of the stage history, linked to the one before."""
    assert event.stage is not None
    before_person, before_queue = held(event.holder_before)
    after_person, after_queue = held(event.holder_after if isinstance(event, StageEntered) else None)
    facts: dict[str, Any] = {
        "ticket_id": event.ticket_id,
        "position": known.history_count + 1,
        "ordinal": event.ordinal,
        "entered_at": event.since,
        "stage": event.stage.code,
        "side": event.side if isinstance(event, StageEntered) else "nobody",
        "by_id": event.by,
        "transition": event.transition,
        "before_person_id": before_person,
        "before_queue": before_queue,
        "after_person_id": after_person,
        "after_queue": after_queue,
        "operation_id": event.operation_id,
        "fallback_reason": event.fallback_reason if isinstance(event, StageEntered) else None,
    }
    said = _said(facts, known.comment)
    digest = comment_digest(said["salt"], said["comment"]) if said else None
    linked = link(known.history_head, facts, digest)
    row = {**facts, "comment_digest": digest, "digest": linked.digest, "head": linked.head}
    return HistoryEntry(row, said, {"history_count": facts["position"], "history_head": linked.head})


def holder_key(holder: Holder | None, side: str) -> str | None:
    """How the list of those who hold or have held a ticket names an attendant or a queue."""
    if holder is None or side not in ATTENDED:
        return None
    return f"queue:{holder.id}" if holder.queue else holder.id


def _said(facts: Mapping[str, Any], comment: str | None) -> dict[str, Any] | None:
    if not comment:
        return None
    place = {"ticket_id": facts["ticket_id"], "position": facts["position"]}
    return {**place, "salt": secrets.token_bytes(SALT_BYTES), "comment": comment}


def _turn(event: StageEntered | Reassigned, person: str | None, queue: str | None, now: datetime) -> dict[str, Any]:
    return {
        "turn_side": event.side,
        "turn_ordinal": event.ordinal,
        "turn_since": event.since,
        "holder_person_id": person,
        "holder_queue": queue,
        "updated_at": now,
    }


def _attendant(side: str, person: str | None) -> str | None:
    return person if side in ATTENDED else None


def _cause(event: StageEntered | Reassigned | Finished) -> str:
    if isinstance(event, Reassigned):
        return event.cause
    if isinstance(event, Finished):
        return "finished"
    return "reopened" if event.reopened else "entered"
