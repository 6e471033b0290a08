"""Whether an open ticket can go on in another published version of its type, and what moving it makes of its flow.

A ticket moves as it stands: same stage, same turn, same holder. So the version must have its stage, of the same kind
and side, no decision may be pending, and its values must be of use there. Source: domain page, *Promises* ("unless
moved by a checked migration").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from services.workflow.rules.entering import Moment
from services.workflow.rules.flow import Flow, Published, Step, stage_facts
from shared.catalog import access, kinds, values
from shared.catalog.definitions import Stage, TypeVersion
from shared.contracts.workflow import Migrated
from shared.errors import Message

Reason = Literal[
    "stage-missing", "stage-differs", "side-differs", "approval-pending", "value-lost", "value-wrong", "value-missing"
]
STAGE = "stage"
"""The field of an obstacle that is the stage's."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a ticket cannot move. `field` is the parameter's code, or `stage`."""

    reason: Reason
    field: str
    message: Message


def obstacles(
    flow: Flow, present: Published, target: Published, given: Mapping[str, Any], today: date
) -> list[Obstacle]:
    """Everything that keeps a running flow from going on in `target`; `given` are the ticket's values, in wire form."""
    before = present.version.load_stage(flow.stage or "")
    after = target.version.find_stage(before.code)
    if after is None:
        text = "Version %(version)s has no stage %(stage)s"
        return [_of_stage("stage-missing", Message(text, {"version": target.number, "stage": before.code}))]
    found = [*_of_stages(before, after), *_of_given(present.version, target.version, given, today)]
    return found + list(_missing(present.version, target.version, after, given, today))


def migrate(flow: Flow, target: Published, moment: Moment) -> Step:
    """The step that puts a flow without obstacles on `target`: no new turn, no new entry."""
    event = Migrated(
        ticket_id=flow.ticket_id,
        operation_id=moment.operation_id,
        ordinal=flow.ordinal,
        since=flow.since,
        by=moment.by,
        type=flow.type,
        from_version=flow.type_version,
        version=target.number,
        stage=stage_facts(target.version.load_stage(flow.stage or "")),
    )
    return Step(flow=replace(flow, type_version=target.number), events=(event,), turned=False)


def _of_stages(before: Stage, after: Stage) -> Iterator[Obstacle]:
    place = {"stage": before.code}
    if before.kind == "approval":
        yield _of_stage("approval-pending", Message("In stage %(stage)s a decision is pending", place))
    elif after.kind != before.kind:
        yield _of_stage("stage-differs", Message("There, stage %(stage)s is of another kind", place))
    if after.side != before.side:
        yield _of_stage("side-differs", Message("There, the turn in stage %(stage)s is another side's", place))


def _of_stage(reason: Reason, message: Message) -> Obstacle:
    return Obstacle(reason, STAGE, message)


def _of_given(present: TypeVersion, target: TypeVersion, given: Mapping[str, Any], today: date) -> Iterator[Obstacle]:
    """Values that are of no use there. One whose parameter is the same was judged when it was given."""
    for code, value in given.items():
        parameter = target.parameter_by_code.get(code)
        if kinds.is_empty(value) or parameter == present.parameter_by_code.get(code):
            continue
        if parameter is None:
            yield Obstacle("value-lost", code, Message("There is no such parameter there: its value would be lost"))
            continue
        try:
            kinds.normal(parameter, value, today)
        except kinds.Refused:
            yield Obstacle("value-wrong", code, Message("Its value is none that this parameter takes there"))


def _missing(
    present: TypeVersion, target: TypeVersion, stage: Stage, given: Mapping[str, Any], today: date
) -> Iterator[Obstacle]:
    """Values that a submission there must have, that this ticket lacks, and that its stage lets nobody give.

    What the caller could not see in the present version is not called missing, nor what was missing there already.
    """
    wanted = values.missing(target, target.flow.first, "client", _sound(target, given, today))
    lacking = [code for code in wanted if kinds.is_empty(given.get(code))]
    known = present.parameter_by_code
    seen = {code for code, cell in access.cells(present, stage.code, "attendant").items() if cell != "invisible"}
    lacked = values.missing(present, present.flow.first, "client", _sound(present, given, today))
    fillable = _fillable(target, stage)
    for code in lacking:
        if code not in fillable and code not in lacked and (code not in known or code in seen):
            yield Obstacle("value-missing", code, Message("It is required there, and nobody can fill it in this stage"))


def _sound(version: TypeVersion, given: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The values that the version takes, as it would keep them: conditions are not asked about others."""
    found = {}
    for code, value in given.items():
        parameter = version.parameter_by_code.get(code)
        if parameter is not None:
            with suppress(kinds.Refused):
                found[code] = kinds.normal(parameter, value, today)
    return found


def _fillable(target: TypeVersion, stage: Stage) -> set[str]:
    """What the side whose turn the stage is may fill in it."""
    side = stage.side or "attendant"
    if not access.writable(target, stage.code, side, side):
        return set()
    return {code for code, cell in access.cells(target, stage.code, side).items() if cell in ("required", "optional")}
