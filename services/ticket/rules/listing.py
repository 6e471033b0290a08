"""Rows of lists as they are answered: stage history, turns, decisions, templates, relations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.ticket.rules.answers import (
    DecisionShown,
    HistoryRow,
    HolderNamed,
    Named,
    PersonNamed,
    TemplateShown,
    TurnRow,
)
from services.ticket.rules.reading import Reading
from services.ticket.rules.turns import seconds_by_side
from shared.catalog.definitions import text_in
from shared.ids import SYSTEM

INVERSE: Final = {"related": "related", "duplicate_of": "repeated_by", "created_from": "origin_of"}
"""What a relation is called when it is told from the other ticket."""


def person_named(id: str, name: str) -> PersonNamed:
    """Who did it; the system has no row among the people."""
    return PersonNamed(id, name or (SYSTEM.name if id == SYSTEM.id else ""))


def holder_named(
    person_id: str | None, name: str, queue: str | None, names: Mapping[str, str] | None, language: str
) -> HolderNamed | None:
    """A person or a queue, as history and ledger name who held."""
    if queue is not None:
        return HolderNamed(queue, text_in(names or {}, language) or queue, queue=True)
    return HolderNamed(person_id, name) if person_id is not None else None


def history_rows(reading: Reading, rows: Sequence[Any], ledger: Sequence[Any]) -> list[HistoryRow]:
    """The stage history: each row is left where the next begins."""
    shown = []
    for n, row in enumerate(rows):
        left_at = rows[n + 1].entered_at if n + 1 < len(rows) else _left_at_last(reading, row)
        shown.append(_history_row(reading, row, left_at, ledger))
    return shown


def _left_at_last(reading: Reading, row: Any) -> datetime | None:
    """The last stage is left only by cancelling from outside the flow; a terminal one never is."""
    stage = reading.definition.find_stage(row.stage)
    return None if stage is not None and stage.terminal is not None else reading.ticket.ended_at


def _history_row(reading: Reading, row: Any, left_at: datetime | None, ledger: Sequence[Any]) -> HistoryRow:
    language = reading.language
    until = left_at or reading.ticket.ended_at or reading.now
    return HistoryRow(
        stage=_stage(reading, row.stage),
        entered_at=row.entered_at,
        left_at=left_at,
        by=person_named(row.by_id, row.by_name),
        transition=row.transition,
        transition_name=_transition_name(reading, row.transition),
        comment=row.comment,
        holder_before=holder_named(
            row.before_person_id, row.before_name, row.before_queue, row.before_queue_names, language
        ),
        holder_after=holder_named(
            row.after_person_id, row.after_name, row.after_queue, row.after_queue_names, language
        ),
        side=row.side,
        seconds=seconds_by_side(ledger, row.entered_at, max(until, row.entered_at)),
    )


def turn_rows(reading: Reading, rows: Sequence[Any]) -> list[TurnRow]:
    """The ledger: each turn ends where the next begins. Why it was passed on is the attendants' to read."""
    return [_turn_row(reading, row, rows[n + 1].since if n + 1 < len(rows) else None) for n, row in enumerate(rows)]


def _turn_row(reading: Reading, row: Any, until: datetime | None) -> TurnRow:
    return TurnRow(
        ordinal=row.ordinal,
        side=row.side,
        holder=holder_named(row.holder_person_id, row.holder_name, row.holder_queue, row.queue_names, reading.language),
        stage=_stage(reading, row.stage) if row.stage is not None else None,
        party=_party(reading, row),
        since=row.since,
        until=until,
        cause=row.cause,
        by=person_named(row.by_id, row.by_name),
        reason=row.comment if reading.standing.attends else None,
    )


def _party(reading: Reading, row: Any) -> str | None:
    """Who was waited for: said with the wait, else the stage's own."""
    if row.side != "third_party":
        return None
    stage = reading.definition.find_stage(row.stage)
    return row.party or (text_in(stage.party, reading.language) if stage is not None and stage.party else None)


def _stage(reading: Reading, code: str) -> Named:
    stage = reading.definition.find_stage(code)
    names = stage.names_for(reading.standing.side) if stage is not None else {}
    return Named(code, text_in(names, reading.language) or code)


def _transition_name(reading: Reading, code: str | None) -> str | None:
    stages = reading.definition.flow.stages
    found = (s.transition_by_code[code] for s in stages if code in s.transition_by_code) if code else ()
    names = next((t.names for t in found if t.names), {})
    return text_in(names, reading.language) or code


def decision_row(row: Any) -> DecisionShown:
    """A decision that took effect."""
    by = person_named(row.by_id, row.by_name)
    return DecisionShown(row.id, by, row.outcome, row.comment, row.evidence, row.accepted_at)


def own_template(
    id: str, type: str, type_names: Mapping[str, str] | None, version: int, row: Mapping[str, Any], language: str
) -> TemplateShown:
    """A person's own template."""
    named = Named(type, text_in(type_names or {}, language) or type)
    return TemplateShown(id=id, code=None, type=named, version=version, **row)


def type_template(type: str, type_names: Mapping[str, str], wire: Mapping[str, Any], language: str) -> TemplateShown:
    """A template that comes with a type."""
    return TemplateShown(
        id=None,
        code=str(wire["code"]),
        type=Named(type, text_in(type_names, language) or type),
        name=text_in(wire.get("names") or {}, language) or str(wire["code"]),
        subject=str(wire.get("subject") or ""),
        description=str(wire.get("description") or ""),
        parameters=dict(wire.get("parameters") or {}),
        version=0,
    )
