"""The rows that people and lives leave in each service, made by the services' own rules where those make them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, cast

from services.ticket.rules import recording
from services.ticket.rules.recording import Known
from services.workflow.commands.storing import row_of
from shared import audit
from shared.contracts import ticket as asked
from shared.contracts.workflow import Finished, Reassigned, StageEntered
from vez.bench.load.chance import Chance
from vez.bench.load.lives import Life

Row = tuple[str, str, dict[str, Any]]
"""Service, table, columns."""
REPLICAS: Final = ("ticket", "workflow", "notify", "attachments")
KINDS: Final[Mapping[type, str]] = {
    asked.SubmitRequested: "submit",
    asked.AdvanceRequested: "advance",
    asked.DecisionRequested: "decision",
    asked.TakeRequested: "take",
}
_UNSET: Final[dict[str, Any]] = {
    "stage": None, "stage_kind": None, "stage_entered_at": None, "last_stage": None, "turn_ordinal": 0,
    "turn_party": None, "holder_person_id": None, "holder_queue": None, "last_attendant_id": None, "approvers": [],
    "scheduled_until": None, "pending_id": None, "pending_kind": None, "understanding_version": 0,
    "understood_at": None, "due_at": None, "near_at": None, "reopen_until": None, "ended_at": None,
}  # fmt: skip


def person(id: str, name: str, email: str, *, attends: bool, password_hash: str, at: datetime) -> Iterator[Row]:
    """Somebody who can sign in, in identity and as every service knows them."""
    profiles = ["attendant" if attends else "client"]
    kind = None if attends else "customer"
    known: dict[str, Any] = {
        "id": id, "email": email, "kind": kind, "language": "pt-BR", "time_zone": "America/Sao_Paulo",
        "profiles": profiles, "is_active": True, "is_machine": False, "is_absent": False, "guardians": [],
        "mail": False, "sequence": 1,
    }  # fmt: skip
    folded = f"{name} {email}".casefold()
    yield "identity", "people", {**known, "name": name, "search_text": folded, "created_at": at, "updated_at": at}
    yield "identity", "identifiers", {"kind": "email", "value": email, "person_id": id}
    yield "identity", "passwords", {"person_id": id, "hash": password_hash, "changed_at": at}
    for service in REPLICAS:
        yield service, "people", {**known, "display_name": name, "ended_sessions": []}


def ticket(life: Life, chance: Chance) -> Iterator[Row]:
    """A life's rows in the ticket service, in workflow, in notify, and how far each has heard of it."""
    record = _Record(life, chance)
    parts = [row for step in range(len(life.steps)) for row in record.step(step)]
    yield "ticket", "tickets", record.row()
    yield "ticket", "texts", {"ticket_id": life.id, "subject": life.subject, "description": life.description}
    yield from parts
    yield from record.audited()
    for message in life.messages:
        body = {"author_id": message.by, "body": message.body, "visibility": "public", "created_at": message.at}
        yield "ticket", "messages", {"id": chance.id(message.at), "ticket_id": life.id, **body}
    yield from _in_workflow(life)
    yield "notify", "tickets", _in_notify(life, record.said)
    for service, word, number in (
        ("ticket", "flow", len(life.steps)),
        ("workflow", "ticket", record.said),
        ("notify", "ticket", record.said),
        ("notify", "flow", len(life.steps)),
        ("attachments", "ticket", record.said),
    ):
        yield service, "applied", {"word": word, "aggregate_id": life.id, "applied": number}


class _Record:
    """What the ticket service keeps of a life, step by step."""

    def __init__(self, life: Life, chance: Chance) -> None:
        self.life = life
        self.chance = chance
        self.columns: dict[str, Any] = dict(_UNSET)
        self.head, self.count = b"", 0
        self.audit_head, self.audit_count = b"", 0
        self.entry: audit.Entry | None = None
        self.held: set[str] = set()

    @property
    def said(self) -> int:
        """How many ticket.* events there were."""
        return len(self.life.asked) + len(self.life.messages) + int(self.columns["understanding_version"])

    def row(self) -> dict[str, Any]:
        """The ticket's row at the end."""
        life = self.life
        self._audit()
        first = {
            "id": life.id, "number": life.number, "type": life.type.code, "flow_version": life.version,
            "subject": life.subject, "priority": life.type.priority, "client_id": life.client_id,
            "author_id": life.client_id, "parameters": life.values, "created_at": life.submitted_at,
            "submitted_at": life.submitted_at,
        }  # fmt: skip
        chains = {"history_count": self.count, "history_head": self.head}
        chains |= {"audit_count": self.audit_count, "head": self.audit_head}
        queues = sorted(key.removeprefix("queue:") for key in self.held if key.startswith("queue:"))
        kept = {"held_queues": queues, "sequence": self.said, "version": 1 + len(life.steps)}
        return {**self.columns, **first, **chains, **kept}

    def step(self, index: int) -> Iterator[Row]:
        """The rows of one step: its operation, its turn, who held, and its row of the history."""
        question = self.life.asked[index]
        event = cast(StageEntered | Reassigned | Finished, self.life.steps[index].events[0])
        comment = self._comment(index, question)
        known = self._known(question, comment)
        yield "ticket", "operations", _operation(question, event, known, comment)
        yield from self._understanding(index, event)
        yield "ticket", "turns", recording.turn_row(event, known)
        if not isinstance(event, Finished):
            key = recording.holder_key(event.holder_after, event.side)
            if key is not None and key not in self.held:
                self.held.add(key)
                yield "ticket", "holders", {"ticket_id": self.life.id, "holder": key}
        if not isinstance(event, Reassigned) and event.stage is not None:
            entry = recording.history_entry(event, known)
            yield "ticket", "stage_history", entry.row
            if entry.comment is not None:
                yield "ticket", "stage_comments", entry.comment
            self.count, self.head = entry.columns["history_count"], entry.columns["history_head"]
        self.columns |= self._changes(event, known)

    @staticmethod
    def _changes(event: StageEntered | Reassigned | Finished, known: Known) -> dict[str, Any]:
        if isinstance(event, Finished):
            return recording.finished_columns(event, known, event.since)
        if isinstance(event, Reassigned):
            return recording.reassigned_columns(event, known, event.since)
        return recording.entered_columns(event, known, event.since)

    def _known(self, question: Any, comment: str | None) -> Known:
        kept = {name: self.columns[name] for name in ("stage", "stage_kind", "last_stage", "last_attendant_id")}
        kind = KINDS[type(question)]
        pending = {"pending_id": question.operation_id, "pending_kind": kind}
        return Known(**pending, **kept, history_count=self.count, history_head=self.head, kind=kind, comment=comment)

    def _comment(self, index: int, question: Any) -> str | None:
        """What had to be said with a transition that asks for a comment."""
        if not isinstance(question, asked.AdvanceRequested):
            return None
        stage = self.life.type.version.load_stage(self.life.steps[index - 1].flow.stage or "")
        needs = stage.transition_by_code[question.transition].comment == "required"
        return self.chance.text(1) if needs else None

    def _understanding(self, index: int, event: Any) -> Iterator[Row]:
        """Where the stage that is left requires one, an understanding was written in it."""
        before = self.life.steps[index - 1].flow if index else None
        if before is None or isinstance(event, Reassigned):
            return
        if self.life.type.version.load_stage(before.stage or "").understanding != "required":
            return
        self.columns["understanding_version"] += 1
        self.columns["understood_at"] = event.since
        written = {"version": self.columns["understanding_version"], "body": self.chance.text(), "due_on": None}
        place = {"id": self.chance.id(event.since), "ticket_id": self.life.id}
        yield "ticket", "understandings", {**place, **written, "author_id": event.by, "created_at": event.since}

    def _audit(self) -> None:
        life = self.life
        detail = {"operation_id": life.asked[0].operation_id, "type": life.type.code, "parameters": sorted(life.values)}
        self.entry = audit.entry("ticket", life.id, life.submitted_at, life.client_id, "submit", detail)
        self.audit_head = hashlib.sha256(self.entry.digest).digest()
        self.audit_count = 1

    def audited(self) -> Iterator[Row]:
        """The entry of the submission, and its detail."""
        entry = self.entry
        assert entry is not None
        names = ("id", "word", "aggregate_id", "at", "actor_id", "action", "detail_digest", "digest")
        facts = {name: getattr(entry, name) for name in names}
        yield "ticket", "audit_log", {**facts, "position": 1, "head": self.audit_head}
        yield "ticket", "audit_details", {"id": entry.id, "salt": entry.salt, "detail": dict(entry.detail)}


def _operation(question: Any, event: Any, known: Known, comment: str | None) -> dict[str, Any]:
    return {
        "id": question.operation_id,
        "ticket_id": question.ticket_id,
        "kind": known.kind,
        "state": "done",
        "by_id": question.by,
        "ordinal": question.ordinal,
        "comment": comment,
        "transition": getattr(question, "transition", None),
        "outcome": getattr(question, "outcome", None),
        "evidence": getattr(question, "evidence", None),
        "accepted_at": event.since,
        "settled_at": event.since,
    }


def _in_workflow(life: Life) -> Iterator[Row]:
    """Where the flow stands, and its ledger. It has no deadline: a year of missed ones would be told all at once."""
    yield "workflow", "flows", {**row_of(life.flow), "version": len(life.steps), "sequence": len(life.steps)}
    for step in life.steps:
        flow = step.flow
        turn = {"ordinal": flow.ordinal, "since": flow.since, "side": flow.side, "entry": flow.entry}
        yield "workflow", "turns", {"ticket_id": flow.ticket_id, **turn, "starts": step.starts}


def _in_notify(life: Life, said: int) -> dict[str, Any]:
    flow = life.flow
    queues = [step.flow.holder_queue for step in life.steps if step.flow.holder_queue is not None]
    return {
        "id": life.id,
        "number": life.number,
        "subject": life.subject,
        "client_id": life.client_id,
        "type": life.type.code,
        "side": flow.side,
        "holder_id": flow.holder_person,
        "holder_queue": flow.holder_queue,
        "last_queue": queues[-1] if queues else None,
        "is_deleted": False,
        "sequence": said,
    }
