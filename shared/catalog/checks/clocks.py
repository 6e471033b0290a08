"""Deadlines: calendars that exist, and transitions that the clock can take by itself."""

from __future__ import annotations

from shared.catalog.checks.names import Names
from shared.catalog.definitions import Due, Flow, Stage
from shared.catalog.log import Log


def check_deadlines(log: Log, path: str, flow: Flow, there: Names) -> None:
    """The deadlines of a flow's sides and stages."""
    for side, due in flow.due_by_side.items():
        where = f"{path}.due_by_side.{side}"
        _check_calendar(log, where, due, there)
        if due.then is not None:
            log.problem(f"{where}.then", "A side's deadline takes no transition.", "Write `then` in a stage's due.")
        if not any(stage.side == side for stage in flow.stages):
            log.warning(where, "No stage of this flow is on that side.", "Leave it out.")
    for stage in flow.stages:
        if stage.due is not None and stage.kind != "terminal":
            _check_calendar(log, f"{path}.stages.{stage.code}.due", stage.due, there)
            _check_then(log, f"{path}.stages.{stage.code}.due.then", stage, stage.due)


def _check_calendar(log: Log, path: str, due: Due, there: Names) -> None:
    if due.calendar is not None and due.calendar not in there.calendars:
        log.unknown(f"{path}.calendar", "There is no calendar %(word)s.", due.calendar, there.calendars)


def _check_then(log: Log, path: str, stage: Stage, due: Due) -> None:
    if due.then is None:
        return
    transition = stage.transition_by_code.get(due.then)
    if transition is None:
        log.unknown(path, "The stage has no transition %(word)s.", due.then, stage.transition_by_code)
    elif transition.condition is not None:
        log.problem(
            path,
            "The clock cannot judge the `if` of %(code)s.",
            "Name a transition without one, or leave `if` out.",
            code=due.then,
        )
