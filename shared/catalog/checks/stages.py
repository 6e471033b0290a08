"""What a stage may say, by its kind and its side."""

from __future__ import annotations

from typing import Final

from shared.catalog.checks.names import Names, check_assignment
from shared.catalog.definitions import Stage, TypeVersion
from shared.catalog.log import Log

_NOT_TERMINAL: Final = ("side", "assign", "due", "understanding", "approves", "approvers", "party", "transitions")


def check_stage(log: Log, path: str, stage: Stage, version: TypeVersion, there: Names) -> None:
    """Sides and rules that do not go together, and parameters that are not there."""
    _check_cells(log, path, stage, version)
    check_assignment(log, f"{path}.assign", stage.assign, there)
    if stage.kind == "terminal":
        _check_terminal(log, path, stage)
        return
    _check_side(log, path, stage)
    for transition in stage.transitions:
        where = f"{path}.transitions.{transition.code}"
        check_assignment(log, f"{where}.assign", transition.assign, there)
        target = version.find_stage(transition.to)
        if transition.assign is not None and target is not None and not _is_assigned(target):
            log.problem(
                f"{where}.assign",
                "The stage %(to)s is not given to an attendant.",
                "Leave assign out: the client, the approvers or nobody holds that stage.",
                to=transition.to,
            )
        if transition.outcome is not None and stage.kind != "approval":
            log.problem(
                f"{where}.outcome",
                "An outcome belongs to a stage of kind approval.",
                "Leave it out, or write kind: approval.",
            )


def _is_assigned(stage: Stage) -> bool:
    return stage.kind == "ordinary" and stage.side != "client"


def _check_cells(log: Log, path: str, stage: Stage, version: TypeVersion) -> None:
    for side, cells in stage.cells.items():
        for code, access in cells.items():
            where = f"{path}.parameters.{side}.{code}"
            if code not in version.parameter_by_code:
                log.unknown(where, "There is no parameter %(word)s.", code, version.parameter_by_code)
            elif access in ("required", "optional") and stage.kind != "ordinary":
                log.warning(
                    where,
                    "Nothing is written in an approval or a terminal stage.",
                    "It will be read_only here.",
                )


def _check_terminal(log: Log, path: str, stage: Stage) -> None:
    for name in _NOT_TERMINAL:
        if getattr(stage, name) not in (None, (), {}, "optional"):
            log.problem(
                f"{path}.{name}", "A terminal stage has no %(name)s.", "Leave it out, or leave terminal out.", name=name
            )


def _check_side(log: Log, path: str, stage: Stage) -> None:
    if stage.side == "client" and stage.assign is not None:
        log.problem(
            f"{path}.assign", "A client's stage is held by the client.", "Leave assign out, or change the side."
        )
    if stage.party and stage.side != "third_party":
        log.problem(
            f"{path}.party", "Only a third party's stage names a party.", "Leave it out, or write side: third_party."
        )
    if stage.understanding == "required" and (stage.side == "client" or stage.kind == "approval"):
        log.problem(
            f"{path}.understanding",
            "Nobody may write an understanding here.",
            "Require it in an attendant's stage that is not an approval.",
        )
