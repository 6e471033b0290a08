"""Values of parameters: what a side may write, what it must, what it may read. In wire form, in and out.

One policy for every way in: pages, API, mail, import. Errors are `{field: [Message]}`, the field being the parameter's
code, or `parts.0.price` for a table's cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.catalog import access
from shared.catalog.conditions import NO_FACTS, Facts
from shared.catalog.definitions import TypeVersion
from shared.catalog.kinds import Refused, is_empty, normal
from shared.errors import Message

Errors = dict[str, list[Message]]

UNKNOWN = Message("There is no such parameter here.")
READ_ONLY = Message("This cannot be changed here.")
REQUIRED = Message("This must be filled in.")


@dataclass(frozen=True, slots=True)
class Accepted:
    """`values` is all there is to store from now on (empties left out); `changed` the codes that differ from before."""

    values: dict[str, Any]
    errors: Errors = field(default_factory=dict)
    changed: frozenset[str] = frozenset()


def accept(
    version: TypeVersion,
    stage_code: str,
    side: str,
    given: Mapping[str, Any],
    stored: Mapping[str, Any],
    *,
    turn_side: str,
    today: date,
    facts: Facts = NO_FACTS,
) -> Accepted:
    """Judge a change of values: `given` on top of `stored`; null empties.

    Unknown and invisible parameters look the same and are errors, as is changing one that is read-only. Those whose
    `when` is false with the new values are dropped without a word. Raises KeyError (no such stage).
    """
    column = access.cells(version, stage_code, side)
    can_write = access.writable(version, stage_code, side, turn_side)
    merged = {code: value for code, value in stored.items() if not is_empty(value)}
    errors: Errors = {}
    for code, raw in given.items():
        cell = column.get(code, "invisible")
        if cell == "invisible":
            errors[code] = [UNKNOWN]
            continue
        try:
            value = normal(version.parameter_by_code[code], raw, today)
        except Refused as refused:
            errors.update(refused.under(code))
            continue
        if can_write and cell != "read_only":
            merged[code] = value
        elif value != stored.get(code):
            errors[code] = [READ_ONLY]
    return _settled(version, merged, stored, errors, facts)


def missing(
    version: TypeVersion, stage_code: str, side: str, values: Mapping[str, Any], facts: Facts = NO_FACTS
) -> Errors:
    """What that side must still fill before the stage is left (or, in the first stage, before submission)."""
    if version.load_stage(stage_code).kind != "ordinary":
        return {}
    wanted = [
        code
        for code, cell in access.cells(version, stage_code, side).items()
        if cell == "required" and is_empty(values.get(code))
    ]
    if not wanted:
        return {}
    off = access.inactive(version, values, facts)
    return {code: [REQUIRED] for code in wanted if code not in off}


def kept(version: TypeVersion, values: Mapping[str, Any], facts: Facts = NO_FACTS) -> dict[str, Any]:
    """The values without the empty ones, those that the version does not know and those whose `when` is false."""
    return _without(version, values, access.inactive(version, values, facts))


def defaults(version: TypeVersion, facts: Facts = NO_FACTS) -> dict[str, Any]:
    """What a new ticket starts with."""
    given = {parameter.code: parameter.default for parameter in version.parameters if not is_empty(parameter.default)}
    return kept(version, given, facts)


def visible(
    version: TypeVersion,
    stage_code: str,
    side: str,
    values: Mapping[str, Any],
    *,
    turn_side: str = "nobody",
    facts: Facts = NO_FACTS,
) -> dict[str, Any]:
    """What that side may read: every parameter it sees, null where empty."""
    seen = access.effective(version, stage_code, side, turn_side=turn_side, values=values, facts=facts)
    return {code: values.get(code) for code, cell in seen.items() if cell != "invisible"}


def _without(version: TypeVersion, values: Mapping[str, Any], off: frozenset[str]) -> dict[str, Any]:
    known = version.parameter_by_code
    return {code: value for code, value in values.items() if code in known and code not in off and not is_empty(value)}


def _settled(
    version: TypeVersion, merged: dict[str, Any], stored: Mapping[str, Any], errors: Errors, facts: Facts
) -> Accepted:
    off = access.inactive(version, merged, facts)
    values = _without(version, merged, off)
    asked = {name: texts for name, texts in errors.items() if name.partition(".")[0] not in off}
    before = {code: value for code, value in stored.items() if not is_empty(value)}
    changed = frozenset(code for code in values.keys() | before.keys() if values.get(code) != before.get(code))
    return Accepted(values, asked, changed)
