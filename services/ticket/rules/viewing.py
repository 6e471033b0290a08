"""The resource: a ticket as it is answered to one reader. Commands and queries both build it here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from services.ticket.rules.answers import (
    HolderNamed,
    Named,
    PendingShown,
    PersonNamed,
    Spell,
    StageNamed,
    TicketLine,
    TicketShown,
    TrackedLine,
    TurnShown,
)
from services.ticket.rules.parameters import shown_fields
from services.ticket.rules.policy import actions
from services.ticket.rules.reading import Reading
from services.ticket.rules.transitions import shown_transitions
from services.ticket.rules.turns import Beginning, spans
from shared.catalog.definitions import Stage, text_in


def line(reading: Reading) -> TicketLine:
    """The ticket as lists show it."""
    return TicketLine(**_common(reading), actions=actions(reading.case))


def tracked(line: TicketLine, ledger: Sequence[Beginning]) -> TrackedLine:
    """A line with the sides of its ledger."""
    turns = [Spell(span.side, span.since, span.until) for span in spans(ledger)]
    return TrackedLine(**msgspec.structs.asdict(line), turns=turns)


def shown(reading: Reading) -> TicketShown:
    """The ticket, whole: only what this reader may see."""
    allowed = actions(reading.case)
    values, seen = shown_fields(reading)
    return TicketShown(
        **_common(reading),
        actions=allowed,
        description=reading.ticket.description,
        parameters=values,
        fields=seen,
        transitions=shown_transitions(reading) if "advance" in allowed else [],
    )


def stage_named(stage: Stage | None, side: str, language: str) -> StageNamed | None:
    """A stage as that side reads it."""
    if stage is None:
        return None
    return StageNamed(stage.code, text_in(stage.names_for(side), language) or stage.code, stage.kind, stage.approves)


def _common(reading: Reading) -> dict[str, Any]:
    ticket, names, language = reading.ticket, reading.names, reading.language
    pending = PendingShown(ticket.pending_id, ticket.pending_kind or "") if ticket.pending_id else None
    return {
        "id": ticket.id,
        "number": ticket.number,
        "side": reading.standing.side,
        "group": Named(names.group, text_in(names.group_names, language) or names.group),
        "type": Named(ticket.type, text_in(names.type_names, language) or ticket.type),
        "flow_version": ticket.flow_version,
        "subject": ticket.subject,
        "status": ticket.status,
        "priority": ticket.priority,
        "client": PersonNamed(ticket.client_id, names.client),
        "stage": stage_named(reading.stage, reading.standing.side, language),
        "turn": _turn(reading),
        "pending": pending,
        "due_at": ticket.due_at,
        "near_at": ticket.near_at,
        "reopen_until": ticket.reopen_until,
        "rating": ticket.rating,
        "duplicate_of": ticket.duplicate_of,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "submitted_at": ticket.submitted_at,
        "ended_at": ticket.ended_at,
        "version": ticket.version,
    }


def _turn(reading: Reading) -> TurnShown:
    ticket = reading.ticket
    party = text_in(ticket.turn_party, reading.language) if ticket.turn_party else None
    return TurnShown(
        ticket.turn_side, _holder(reading), party, ticket.turn_since, ticket.turn_ordinal, ticket.scheduled_until
    )


def _holder(reading: Reading) -> HolderNamed | None:
    ticket = reading.ticket
    if ticket.holder_queue is not None:
        return HolderNamed(ticket.holder_queue, reading.holder_name, queue=True)
    if ticket.holder_person_id is not None:
        return HolderNamed(ticket.holder_person_id, reading.holder_name)
    return None
