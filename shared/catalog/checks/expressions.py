"""Conditions: that they compile, name what there is, and give yes or no for values of the declared kinds."""

from __future__ import annotations

from shared.catalog import access
from shared.catalog.definitions import Position, TypeVersion
from shared.catalog.expressions import problems_of
from shared.catalog.log import Log


def check_conditions(log: Log, path: str, version: TypeVersion) -> None:
    """Every `when` and every `if` of a type."""
    for parameter in version.parameters:
        if parameter.when is not None:
            _check(log, f"{path}.parameters.{parameter.code}.when", version, parameter.when)
    _check_circles(log, path, version)
    for stage in version.flow.stages:
        for transition in stage.transitions:
            if transition.condition is not None:
                where = f"{path}.flow.stages.{stage.code}.transitions.{transition.code}.if"
                _check(log, where, version, transition.condition)


def _check(log: Log, path: str, version: TypeVersion, expression: str) -> None:
    for problem in problems_of(version, expression):
        place = log.where(path)
        at = Position(place.file, place.line + problem.line - 1) if place.line else place
        log.problem(path, problem.message, problem.remedy, at=at, **problem.values)


def _check_circles(log: Log, path: str, version: TypeVersion) -> None:
    whens = {each.code: each.when for each in version.parameters if each.when is not None}
    needs = {code: access.depends_on(when, whens.keys()) for code, when in whens.items()}
    for code in whens:
        if code in _reached(needs, code):
            log.problem(
                f"{path}.parameters.{code}.when",
                "Whether %(code)s is asked would depend on itself.",
                "Leave one of the parameters out of the conditions.",
                code=code,
            )


def _reached(needs: dict[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(needs[start])
    while waiting:
        code = waiting.pop()
        if code not in reached:
            reached.add(code)
            waiting += needs.get(code, ())
    return reached
