"""What a draft would ask of people besides, and whether a stage can be left at all: pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from services.workflow.rules.flow import Flow
from services.workflow.rules.operations import turn_facts
from shared.catalog import access, conditions, kinds, values
from shared.catalog.definitions import Stage, Transition, TypeVersion
from vez.rehearsal.recorded import Move, Recorded

COMMENT: Final = "a comment"
UNDERSTANDING: Final = "an understanding"


def condition_values(told: Recorded, flow: Flow) -> dict[str, Any]:
    """What the ticket service says of a ticket for conditions, from what the record has of it."""
    ticket = {
        "number": told.number,
        "type": told.type,
        "group": told.group,
        "status": "open",
        "priority": told.priority,
        "reopened": False,
    }
    client = {"id": told.client_id, "kind": told.client_kind}
    return {"parameters": told.values, "ticket": ticket, "client": client, "turn": turn_facts(flow)}


def at_submission(version: TypeVersion, told: Recorded, today: date) -> Iterator[str]:
    """Values that the first form would have asked for, and those that it would not have taken."""
    for code in values.missing(version, version.flow.first, "client", told.values):
        yield f"parameter {code}"
    for code, given in told.values.items():
        parameter = version.parameter_by_code.get(code)
        if parameter is None or kinds.is_empty(given) or parameter.kind == "file":
            continue
        try:
            kinds.normal(parameter, given, today)
        except kinds.Refused:
            yield f"another value of parameter {code}"


def on_leaving(
    version: TypeVersion, flow: Flow, step: Transition, told: Recorded, move: Move, shift: timedelta
) -> Iterator[str]:
    """What who takes `step` would have to fill in or write first, beyond what the record has."""
    stage = version.load_stage(flow.stage or "")
    for code in values.missing(version, stage.code, flow.side, told.values):
        yield f"parameter {code}"
    if step.comment == "required" and not move.commented:
        yield COMMENT
    if (
        stage.understanding == "required"
        and told.understood_at is not None
        and not _understood(flow, told, move, shift)
    ):
        yield UNDERSTANDING


def _understood(flow: Flow, told: Recorded, move: Move, shift: timedelta) -> bool:
    begun: datetime = flow.since - shift
    return any(begun <= at <= move.at for at in told.understood_at or ())


def is_dead_end(version: TypeVersion, stage: Stage, told: Recorded, flow: Flow) -> bool:
    """Whether nobody can ever leave: no clock does, and no transition's condition holds or can be made to hold here."""
    if stage.kind != "ordinary" or (stage.due is not None and stage.due.then is not None):
        return False
    given = condition_values(told, flow)
    return not any(_can_hold(version, stage, step.condition, given) for step in stage.transitions)


def _can_hold(version: TypeVersion, stage: Stage, condition: str | None, given: dict[str, Any]) -> bool:
    if condition is None or conditions.holds(version, condition, **given):
        return True
    column = access.cells(version, stage.code, stage.side or "attendant")
    asked = [name for root, name in conditions.names_in(condition) if root == "parameters"]
    return any(
        column.get(code) in ("required", "optional") and kinds.is_empty(given["parameters"].get(code)) for code in asked
    )
