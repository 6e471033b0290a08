"""The verb that changes what a ticket says: subject and description, values, priority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from services.ticket.access.loading import load_ticket
from services.ticket.commands import filling
from services.ticket.commands.asking import permit
from services.ticket.commands.opening import HOUSE_ZONE, zone
from services.ticket.commands.revising import keep_revision
from services.ticket.models import texts, tickets
from services.ticket.rules import problems
from services.ticket.rules.answers import TicketShown
from services.ticket.rules.reading import Reading
from services.ticket.rules.ticket import Ticket
from services.ticket.rules.viewing import shown
from shared.contracts.ticket import ParametersChanged, PriorityChanged, SubjectChanged
from shared.database import compiled
from shared.transaction import Transaction

_ZONE: Final = compiled(select(zone))
_TEXTS: Final = ("subject", "description")


def edit(tx: Transaction, ticket_id: str, changes: Mapping[str, Any]) -> TicketShown:
    """Apply a merge patch of `subject`, `description`, `parameters`, `priority`; null empties.

    Raises NotYourTurn, ReadOnly, OperationPending, Forbidden (an attendant and the client's texts), Invalid.
    """
    reading = load_ticket(tx, tx.actor, ticket_id)
    _permit(tx, reading, changes)
    after, codes = _filled(tx, reading, changes)
    said = {name: changes[name] or "" for name in _TEXTS if name in changes}
    priority = changes.get("priority") or reading.ticket.priority
    after = after.changed(**said, priority=priority)
    changed = [n for n in (*_TEXTS, "priority") if getattr(after.ticket, n) != getattr(reading.ticket, n)]
    if not changed and not codes:
        return shown(reading)
    return shown(_written(tx, reading, after, changed, sorted(codes)))


def _permit(tx: Transaction, reading: Reading, changes: Mapping[str, Any]) -> None:
    """Subject and description are the client's alone; the priority is the attendants'."""
    actions = ["edit"] if changes.keys() - {"priority"} or not changes else []
    if "priority" in changes:
        actions.append("change_priority")
    if reading.standing.attends and changes.keys() & set(_TEXTS):
        tx.in_order(forbidden=problems.forbidden("Only the client edits subject and description"))
    permit(tx, reading, *actions)


def _filled(tx: Transaction, reading: Reading, changes: Mapping[str, Any]) -> tuple[Reading, frozenset[str]]:
    given = changes.get("parameters")
    if not given:
        return reading, frozenset()
    return filling.fill(tx, reading, given, time_zone=tx.scalar(_ZONE) or HOUSE_ZONE)


def _written(tx: Transaction, before: Reading, after: Reading, changed: list[str], codes: list[str]) -> Reading:
    ticket = after.ticket
    values: dict[str, Any] = {n: getattr(ticket, n) for n in changed if n != "description"}
    if codes:
        values["parameters"] = ticket.parameters
    tx.change(tickets, ticket.id, {**values, "updated_at": tx.now}, version=before.ticket.version)
    if set(changed) & set(_TEXTS):
        said = {"subject": ticket.subject, "description": ticket.description}
        tx.update(texts, {"ticket_id": ticket.id}, said)
    if not ticket.is_draft:
        _say(tx, ticket, changed, codes)
    if not ticket.is_draft and changed + codes != ["priority"]:
        keep_revision(tx, ticket.id, before.ticket.version, _before(before, changed, codes))
    given = {code: ticket.parameters.get(code) for code in codes}
    said = {name: getattr(ticket, name) for name in changed}
    tx.audit("ticket", ticket.id, "edit", {**said, "parameters": given})
    return after.changed(version=before.ticket.version + 1, updated_at=tx.now)


def _say(tx: Transaction, ticket: Ticket, changed: list[str], codes: list[str]) -> None:
    """Tell what changed of a submitted ticket; a changed description is told by the subject's event, without a text."""
    if set(changed) & set(_TEXTS):
        tx.emit(SubjectChanged(ticket_id=ticket.id, subject=ticket.subject))
    if "priority" in changed:
        tx.emit(PriorityChanged(ticket_id=ticket.id, priority=ticket.priority, by=tx.actor.id))
    if codes:
        tx.emit(ParametersChanged(ticket_id=ticket.id, codes=codes))


def _before(reading: Reading, changed: list[str], codes: list[str]) -> dict[str, Any]:
    texts_before = {name: getattr(reading.ticket, name) for name in changed if name in _TEXTS}
    values_before = {code: reading.ticket.parameters.get(code) for code in codes}
    return {**texts_before, "parameters": values_before}
