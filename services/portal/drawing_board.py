"""A type's matrix on the drawing board: its raw cells, what was changed, and the catalog with those changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, cast

from services.portal import flowchart, naming
from services.portal.controls import label
from services.portal.tongue import gettext
from shared.catalog.access import cells
from shared.catalog.definitions import Access, Assignment, Catalog, Stage, Type, TypeVersion, text_in
from shared.catalog.parameters import Parameter

SIDES: Final = ("client", "attendant")
ACCESS: Final = ("required", "optional", "read_only", "invisible")
USUAL: Final = {"client": "invisible", "attendant": "optional"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its field in the form, what it is, and whether that differs from what is published."""

    name: str
    value: str
    is_changed: bool
    side: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A parameter and its cells, in the order of the columns."""

    label: str
    kind: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The grid: its columns are the stages that have a side, two for each."""

    stages: list[str]
    rows: list[Row]
    words: dict[str, str]


def words() -> dict[str, str]:
    """What each kind of access is called."""
    return {
        "required": gettext("required"),
        "optional": gettext("optional"),
        "read_only": gettext("read-only"),
        "invisible": gettext("invisible"),
    }


def field_of(parameter: str, stage: str, side: str) -> str:
    """The name of a cell's field."""
    return f"cell.{stage}.{side}.{parameter}"


def changed_cells(version: TypeVersion, typed: Mapping[str, str]) -> dict[str, Access]:
    """The cells of the form that differ from the version's, by their fields' names."""
    changed: dict[str, Access] = {}
    for stage in _stages(version):
        for side in SIDES:
            for code, present in cells(version, stage.code, side).items():
                name = field_of(code, stage.code, side)
                if typed.get(name) in ACCESS and typed[name] != present:
                    changed[name] = cast(Access, typed[name])
    return changed


def matrix(version: TypeVersion, language: str, changed: Mapping[str, str]) -> Matrix:
    """The grid with the changes in it."""
    stages = _stages(version)
    return Matrix(
        stages=[text_in(stage.names, language) for stage in stages],
        rows=[_row(version, parameter, stages, changed) for parameter in version.parameters],
        words=words(),
    )


def _stages(version: TypeVersion) -> list[Stage]:
    return [stage for stage in version.flow.stages if stage.side is not None]


def _row(version: TypeVersion, parameter: Parameter, stages: list[Stage], changed: Mapping[str, str]) -> Row:
    found = []
    for stage in stages:
        for side in SIDES:
            name = field_of(parameter.code, stage.code, side)
            value = changed.get(name) or cells(version, stage.code, side)[parameter.code]
            found.append(Cell(name=name, value=value, is_changed=name in changed, side=side))
    condition = gettext("if %(condition)s", condition=parameter.when) if parameter.when else ""
    kind = ", ".join(part for part in (naming.parameter_kind(parameter.kind), condition) if part)
    return Row(label=label(parameter), kind=kind, cells=found)


def with_cells(catalog: Catalog, code: str, changed: Mapping[str, Access]) -> Catalog:
    """The catalog with that type's matrix changed; what is as usual is left out, as a person would write it."""
    types = tuple(_changed(each, changed) if each.code == code else each for each in catalog.types)
    return replace(catalog, types=types, positions={}, warnings=())


def _changed(type: Type, changed: Mapping[str, Access]) -> Type:
    version = type.version
    stages = tuple(_stage(version, stage, changed) for stage in version.flow.stages)
    flow = replace(version.flow, stages=stages)
    return replace(type, version=TypeVersion(parameters=version.parameters, flow=flow))


def _stage(version: TypeVersion, stage: Stage, changed: Mapping[str, Access]) -> Stage:
    mine = {
        side: {
            code: access
            for code in version.parameter_by_code
            if (access := changed.get(field_of(code, stage.code, side)))
        }
        for side in SIDES
    }
    if not any(mine.values()):
        return stage
    merged = {side: {**stage.cells.get(side, {}), **mine[side]} for side in SIDES}
    kept = {
        side: {code: access for code, access in found.items() if access != USUAL[side]}
        for side, found in merged.items()
    }
    return replace(stage, cells={side: found for side, found in kept.items() if found})


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFacts:
    """What a stage's card says of it."""

    name: str
    side: str
    side_name: str
    rule: str
    deadline: str
    understanding: str
    approval: str


def stage_facts(version: TypeVersion, language: str, queues: Mapping[str, str]) -> list[StageFacts]:
    """The stages in order, those that end left out; `queues` are their names by code."""
    return [_facts(stage, language, queues) for stage in _stages(version)]


def _facts(stage: Stage, language: str, queues: Mapping[str, str]) -> StageFacts:
    sides = {
        "client": gettext("Client"),
        "attendant": gettext("Attendant"),
        "third_party": text_in(stage.party, language) or gettext("Third party"),
    }
    asked = {"understanding": gettext("of the understanding"), "result": gettext("of the result")}
    return StageFacts(
        name=text_in(stage.names, language),
        side=stage.side or "nobody",
        side_name=sides[stage.side or "attendant"],
        rule=rule(stage.assign, queues),
        deadline=flowchart.deadline(stage.due) if stage.due else gettext("none"),
        understanding=gettext("required") if stage.understanding == "required" else gettext("if liked"),
        approval=asked.get(stage.approves or "", "") if stage.kind == "approval" else "",
    )


def rule(assignment: Assignment | None, queues: Mapping[str, str]) -> str:
    """To whom a stage is assigned, in words; `queues` are their names by code."""
    if assignment is None:
        return gettext("as usual")
    target = str(assignment.target)
    queue = queues.get(target, target)
    return {
        "default_attendant": gettext("the default attendant"),
        "queue": gettext("queue %(queue)s", queue=queue),
        "attendant": target,
        "previous": gettext("who held it last"),
        "least_loaded": gettext("who has least in queue %(queue)s", queue=queue),
    }[assignment.kind]
