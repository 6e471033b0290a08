"""Who may see and write which parameter: the matrix of stage × side, and the rules that lower it.

The cell of the stage and side is the beginning; a parameter that the stage does not name is optional for attendants and
invisible to clients. It is lowered to `read_only` when the turn is not that side's and in approval and terminal stages,
and a parameter whose `when` is false is invisible to everybody. A third party's side counts as the attendants'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.catalog import conditions
from shared.catalog.conditions import NO_FACTS, Condition, Facts
from shared.catalog.definitions import Access, TypeVersion

_NOT_NAMED: Final[Mapping[str, Access]] = {"client": "invisible", "attendant": "optional"}
_LOWERED: Final[Mapping[Access, Access]] = {
    "required": "read_only",
    "optional": "read_only",
    "read_only": "read_only",
    "invisible": "invisible",
}


def column_of(side: str) -> str:
    """Whose column of the matrix a side reads: a third party is spoken for by attendants."""
    return "client" if side == "client" else "attendant"


def cells(version: TypeVersion, stage_code: str, side: str) -> Mapping[str, Access]:
    """The stage's column for that side, every parameter named, nothing lowered. Raises KeyError (no such stage)."""
    key = ("cells", stage_code, column_of(side))
    found: Mapping[str, Access] | None = version.cache.get(key)
    if found is None:
        named = version.load_stage(stage_code).cells.get(column_of(side), {})
        usual = _NOT_NAMED[column_of(side)]
        found = {code: named.get(code, usual) for code in version.parameter_by_code}
        version.cache[key] = found
    return found


def writable(version: TypeVersion, stage_code: str, side: str, turn_side: str) -> bool:
    """Whether that side may write parameters in the stage at all: it has the turn, and nothing is being decided."""
    mine = turn_side != "nobody" and column_of(turn_side) == column_of(side)
    return mine and version.load_stage(stage_code).kind == "ordinary"


def effective(
    version: TypeVersion,
    stage_code: str,
    side: str,
    *,
    turn_side: str,
    values: Mapping[str, Any],
    facts: Facts = NO_FACTS,
) -> dict[str, Access]:
    """What that side may do with each parameter now. Raises KeyError (no such stage)."""
    access = dict(_column(version, stage_code, side, turn_side))
    for code in inactive(version, values, facts):
        access[code] = "invisible"
    return access


def inactive(version: TypeVersion, values: Mapping[str, Any], facts: Facts = NO_FACTS) -> frozenset[str]:
    """The parameters whose `when` is false. One that is false empties its value for the others' `when`."""
    whens = _whens(version)
    if not whens:
        return frozenset()
    seen = dict(values)
    off = set()
    for code, condition in whens:
        if condition is None or not conditions.run(version, condition, seen, facts):
            off.add(code)
            seen[code] = None
    return frozenset(off)


def _column(version: TypeVersion, stage_code: str, side: str, turn_side: str) -> Mapping[str, Access]:
    key = ("column", stage_code, side, turn_side)
    found: Mapping[str, Access] | None = version.cache.get(key)
    if found is None:
        found = cells(version, stage_code, side)
        if not writable(version, stage_code, side, turn_side):
            found = {code: _LOWERED[access] for code, access in found.items()}
        version.cache[key] = found
    return found


def _whens(version: TypeVersion) -> tuple[tuple[str, Condition | None], ...]:
    """The parameters that have a `when`, those first on which others depend."""
    found: tuple[tuple[str, Condition | None], ...] | None = version.cache.get("whens")
    if found is None:
        found = tuple((code, conditions.compiled(version, expression)) for code, expression in _ordered(version))
        version.cache["whens"] = found
    return found


def _ordered(version: TypeVersion) -> Iterable[tuple[str, str]]:
    waiting = {parameter.code: parameter.when for parameter in version.parameters if parameter.when is not None}
    while waiting:
        free = [code for code, when in waiting.items() if not depends_on(when, waiting.keys() - {code})]
        for code in free or list(waiting):
            yield code, waiting.pop(code)


def depends_on(expression: str, codes: Iterable[str]) -> set[str]:
    """Which of these parameters the expression reads."""
    read = {name for root, name in conditions.names_in(expression) if root == "parameters"}
    return set(codes) if "" in read else read & set(codes)
