"""Conditions (`if` of a transition, `when` of a parameter): CEL, compiled once per version.

In a condition money and decimal are doubles, days and instants text that sorts (`2026-01-31`, `2026-01-31T12:00:00Z`),
tables lists of rows, an empty value null. A condition that fails, as `null > 1.0` does, is false; so is one that gives
something else than true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import cel

from shared.catalog.definitions import Parameter, TypeVersion

FACTS: Final[Mapping[str, Mapping[str, tuple[Any, ...]]]] = {
    "ticket": {
        "number": ("2026-000001",),
        "type": ("billing",),
        "group": ("general",),
        "status": ("open", "draft"),
        "priority": ("normal", "urgent"),
        "reopened": (True, False),
    },
    "client": {"id": ("0199d0f0-0000-7000-8000-000000000000",), "kind": ("customer", "student")},
    "turn": {
        "side": ("client", "attendant"),
        "stage": ("triage",),
        "holder": ("finance",),
        "ordinal": (1, 0),
    },
}
"""What conditions may name besides `parameters`, each with samples of its type."""

MAX_LENGTH: Final = 1000
Facts = Mapping[str, Mapping[str, Any]]
NO_FACTS: Final[Facts] = {}

_STRINGS = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_SELECTED = re.compile(r"(?<![\w.])(parameters|ticket|client|turn)\s*\.\s*([A-Za-z_]\w*)")
_INDEXED = re.compile(r"(?<![\w.])(parameters|ticket|client|turn)\s*\[\s*(?:'(\w*)'|\"(\w*)\")\s*\]")
_WHOLE = re.compile(r"(?<![\w.])(parameters|ticket|client|turn)(?!\s*[.\[\w])")


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled expression. `codes` are the parameters it reads: only those are handed over, which is what is slow."""

    program: cel.Program
    codes: tuple[str, ...]
    needs_facts: bool


def names_in(expression: str) -> list[tuple[str, str]]:
    """What the expression reads, as (`parameters`, code) or (`client`, name); the name is empty for the whole of it."""
    bare = _STRINGS.sub("''", expression)
    found = [(root, name) for root, name in _SELECTED.findall(bare)]
    found += [(root, single or double) for root, single, double in _INDEXED.findall(expression)]
    indexed_by_text = len(_INDEXED.findall(expression))
    whole = [(root, "") for root in _WHOLE.findall(bare)]
    dynamic = len(re.findall(r"(?<![\w.])(?:parameters|ticket|client|turn)\s*\[", bare)) - indexed_by_text
    return list(dict.fromkeys(found + whole + ([("parameters", "")] if dynamic > 0 else [])))


def compiled(version: TypeVersion, expression: str) -> Condition | None:
    """The expression ready to run, compiled once per version; None where it cannot be compiled."""
    key = ("condition", expression)
    if key not in version.cache:
        version.cache[key] = _compile(version, expression)
    return version.cache[key]  # type: ignore[no-any-return]


def holds(
    version: TypeVersion,
    expression: str | None,
    *,
    parameters: Mapping[str, Any],
    ticket: Mapping[str, Any] | None = None,
    client: Mapping[str, Any] | None = None,
    turn: Mapping[str, Any] | None = None,
) -> bool:
    """Whether the condition is true of these values (in wire form). No condition is true."""
    if expression is None:
        return True
    condition = compiled(version, expression)
    if condition is None:
        return False
    facts = {"ticket": ticket or {}, "client": client or {}, "turn": turn or {}}
    return run(version, condition, parameters, facts)


def run(version: TypeVersion, condition: Condition, parameters: Mapping[str, Any], facts: Facts) -> bool:
    """Whether a compiled condition is true. Whatever fails in it is false, as the domain says."""
    context: dict[str, Any] = {
        "parameters": {code: operand(version.parameter_by_code[code], parameters.get(code)) for code in condition.codes}
    }
    if condition.needs_facts:
        for root, names in FACTS.items():
            given = facts.get(root, {})
            context[root] = {name: given.get(name) for name in names}
    try:
        return condition.program.execute(context) is True
    except (TypeError, ValueError, RuntimeError, LookupError, ArithmeticError):
        return False


def operand(parameter: Parameter, value: Any) -> Any:
    """A value in wire form as conditions see it."""
    if value is None or value == "" or value == []:
        return None
    if parameter.kind in ("money", "decimal"):
        return float(value)
    if parameter.kind == "table":
        return [
            {code: operand(column, row.get(code)) for code, column in parameter.column_by_code.items()}  # type: ignore[arg-type]
            for row in value
        ]
    return value


def _compile(version: TypeVersion, expression: str) -> Condition | None:
    if len(expression) > MAX_LENGTH:
        return None
    try:
        program = cel.compile(expression)
    except ValueError:
        return None
    names = names_in(expression)
    codes = tuple(name for root, name in names if root == "parameters" and name in version.parameter_by_code)
    if ("parameters", "") in names:
        codes = tuple(version.parameter_by_code)
    return Condition(program, codes, any(root != "parameters" for root, _ in names))
