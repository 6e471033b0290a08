"""The verb of an approval: a decision bound to the hash of exactly what was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, literal_column, select

from services.ticket.access.loading import load_ticket
from services.ticket.access.seeing import word
from services.ticket.commands.asking import permit, request
from services.ticket.models import files, revisions, understandings
from services.ticket.rules import problems
from services.ticket.rules.answers import Decided, TicketShown
from services.ticket.rules.changes import Content, FileHeld, Written, changed_since, stale
from services.ticket.rules.evidence import FileSeen, UnderstandingSeen, evidence_of
from services.ticket.rules.reading import Reading
from services.ticket.rules.viewing import shown
from shared.catalog.values import REQUIRED
from shared.contracts.ticket import DecisionRequested
from shared.database import Id, Integer, Statement, compiled
from shared.errors import Final, Stale
from shared.transaction import Transaction

_LATEST: Statement = compiled(
    select(understandings.c.version, understandings.c.body, understandings.c.due_on)
    .where(understandings.c.ticket_id == bindparam("ticket_id", type_=Id()))
    .order_by(understandings.c.version.desc())
    .limit(literal_column("1"))
)
_FILES: Statement = compiled(
    select(files.c.id, files.c.name, files.c.sha256, files.c.is_internal, files.c.parameter).where(
        files.c.ticket_id == bindparam("ticket_id", type_=Id()), files.c.state == word("stored")
    )
)
_REVISIONS: Statement = compiled(
    select(revisions.c.before)
    .where(
        revisions.c.ticket_id == bindparam("ticket_id", type_=Id()),
        revisions.c.version > bindparam("seen", type_=Integer),
    )
    .order_by(revisions.c.version.desc())
)
_WRITTEN: Statement = compiled(
    select(understandings.c.version, understandings.c.body, understandings.c.due_on).where(
        understandings.c.ticket_id == bindparam("ticket_id", type_=Id())
    )
)


def decide(tx: Transaction, ticket_id: str, *, outcome: str, reason: str | None) -> TicketShown:
    """Approve or reject what an approval asks. Raises NotYourTurn, Stale (it says what changed), Invalid."""
    reading = load_ticket(tx, tx.actor, ticket_id)
    try:
        permit(tx, reading, "decide")
    except Stale as refusal:
        raise _with_changes(tx, reading, refusal) from refusal
    if outcome == "rejected" and not (reason or "").strip():
        raise problems.invalid_fields({"reason": [REQUIRED]})
    seen = _evidence(tx, reading)
    details: dict[str, Any] = {"outcome": outcome, "comment": reason, "evidence": seen}
    return shown(request(tx, reading, "decision", DecisionRequested, details, outcome=outcome, evidence=seen))


def decide_many(tx: Transaction, items: Sequence[Mapping[str, Any]]) -> list[Decided]:
    """Decide many tickets, each judged by itself on the version that was seen; one refused harms no other."""
    ids = [item["ticket_id"] for item in items]
    if len(set(ids)) < len(ids):
        raise problems.invalid("items", "Name each ticket only once")
    return [_decided(tx, **item) for item in items]


def _decided(tx: Transaction, *, ticket_id: str, version: int, outcome: str, reason: str | None) -> Decided:
    expected, tx.expected = tx.expected, version
    try:
        return Decided(ticket_id, decide(tx, ticket_id, outcome=outcome, reason=reason), None)
    except Final as refusal:
        return Decided(ticket_id, None, refusal)
    finally:
        tx.expected = expected


def _with_changes(tx: Transaction, reading: Reading, refusal: Stale) -> Stale:
    """The refusal with what changed since the version that was seen; as it is, where nobody can have seen that one."""
    ticket, seen = reading.ticket, tx.expected
    if not isinstance(seen, int) or not 0 < seen < ticket.version:
        return refusal
    revised = [row.before for row in tx.all(_REVISIONS, ticket_id=ticket.id, seen=seen)]
    written = {r.version: Written(r.version, r.body, r.due_on) for r in tx.all(_WRITTEN, ticket_id=ticket.id)}
    held = {r.id: FileHeld(r.id, r.name, r.is_internal, r.parameter) for r in tx.all(_FILES, ticket_id=ticket.id)}
    present = Content(ticket.subject, ticket.description, ticket.parameters, ticket.understanding_version, held)
    return stale(changed_since(reading, present, revised, written))


def _evidence(tx: Transaction, reading: Reading) -> str:
    latest = tx.one(_LATEST, ticket_id=reading.ticket.id)
    understanding = UnderstandingSeen(latest.version, latest.body, latest.due_on) if latest else None
    rows = tx.all(_FILES, ticket_id=reading.ticket.id)
    return evidence_of(reading, understanding, [FileSeen(r.id, r.sha256, r.is_internal, r.parameter) for r in rows])
