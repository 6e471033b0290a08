"""Judging the text of a condition before it is published, by trying it on values of the declared kinds.

The compiler knows the grammar but no types, so an expression is run on samples of every kind it names: what fails on
values that are all there would fail always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any, Final

import cel

from shared.catalog.conditions import FACTS, MAX_LENGTH, names_in
from shared.catalog.definitions import Parameter, TypeVersion
from shared.catalog.parameters import Field

_SYNTAX = re.compile(r"<input>:(\d+):(\d+): (?:Syntax error: )?(.*)")
_BOUND = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")
_COMPARED = re.compile(r"parameters\s*\.\s*(\w+)\s*[!=]=\s*(?:'([^'\\]*)'|\"([^\"\\]*)\")")
_LITERAL = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")
_TRIALS: Final = 200

_SAMPLES: Final[Mapping[str, tuple[Any, ...]]] = {
    "integer": (1, 0, -1),
    "decimal": (1.5, 0.25, -1.5),
    "money": (1.5, 0.25, 1000000.0),
    "boolean": (True, False),
    "date": ("2026-01-31", "2030-12-01"),
    "datetime": ("2026-01-31T12:00:00Z", "2030-12-01T12:00:00Z"),
    "file": (["0199d0f0-0000-7000-8000-000000000000"],),
}


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """What is wrong in an expression; the line counts from 1 within it."""

    message: str
    remedy: str
    line: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)


def problems_of(version: TypeVersion, expression: str) -> list[ExpressionProblem]:
    """Everything that is wrong with a condition of that version."""
    if len(expression) > MAX_LENGTH:
        return [
            ExpressionProblem("The condition is too long.", "%(most)s characters at most.", values={"most": MAX_LENGTH})
        ]
    try:
        program = cel.compile(expression)
    except ValueError as error:
        return [_syntax(str(error))]
    unknown = [*_unknown_roots(program, expression), *_unknown_names(version, expression)]
    return unknown or [*_unknown_options(version, expression), *_tried(version, program, expression)]


def _syntax(said: str) -> ExpressionProblem:
    found = _SYNTAX.search(said)
    line, column, reason = (int(found[1]), int(found[2]), found[3]) if found else (1, 1, said.partition("\n")[0])
    return ExpressionProblem(
        "The condition cannot be read at line %(row)s, column %(column)s of it: %(reason)s.",
        "Write a CEL expression, such as parameters.amount > 100.0.",
        line,
        {"row": line, "column": column, "reason": reason.partition(" expecting {")[0][:200]},
    )


def _unknown_roots(program: cel.Program, expression: str) -> Iterator[ExpressionProblem]:
    there = {"parameters", *FACTS, *_BOUND.findall(expression)}
    for name in program.variables():
        if name not in there and not name.startswith("@"):
            yield ExpressionProblem(
                "%(name)s is not known in conditions.", "There are: parameters, ticket, client, turn.",
                values={"name": name},
            )  # fmt: skip


def _unknown_names(version: TypeVersion, expression: str) -> Iterator[ExpressionProblem]:
    for root, name in names_in(expression):
        names: Any = version.parameter_by_code if root == "parameters" else FACTS[root]
        if name and name not in names:
            yield ExpressionProblem(
                "%(root)s has no %(name)s.", "There are: %(names)s.",
                values={"root": root, "name": name, "names": ", ".join(names)},
            )  # fmt: skip


def _unknown_options(version: TypeVersion, expression: str) -> Iterator[ExpressionProblem]:
    for code, single, double in _COMPARED.findall(expression):
        parameter, option = version.parameter_by_code[code], single or double
        if parameter.kind == "choice" and option not in parameter.option_by_code:
            yield ExpressionProblem(
                "%(code)s has no option %(option)s.", "There are: %(names)s.",
                values={"code": code, "option": option, "names": ", ".join(parameter.option_by_code)},
            )  # fmt: skip


def _tried(version: TypeVersion, program: cel.Program, expression: str) -> list[ExpressionProblem]:
    for context in islice(_contexts(version, expression), _TRIALS):
        try:
            result = program.execute(context)
        except (TypeError, LookupError, RuntimeError) as error:
            if problem := _mistake(error):
                return [problem]
        except (ValueError, ArithmeticError):
            continue
        else:
            if not isinstance(result, bool):
                return [ExpressionProblem("The condition does not answer yes or no.", "Compare something in it.")]
    return []


def _mistake(error: Exception) -> ExpressionProblem | None:
    said = str(error).partition(". ")[0].partition(" Check ")[0].strip().rstrip(".")
    if isinstance(error, RuntimeError) and not said.startswith("Undefined") and "not a valid regex" not in said:
        return None
    if isinstance(error, LookupError):
        said = f"there is no {said}"
    return ExpressionProblem(
        "The condition fails on values of the declared kinds: %(reason)s.",
        "Compare like with like: money and decimal are doubles (1.0), integers 1, texts 'text'.",
        values={"reason": said[:200]},
    )


def _contexts(version: TypeVersion, expression: str) -> Iterator[dict[str, Any]]:
    """Values for all that the expression names, in every combination of samples."""
    literals = tuple(dict.fromkeys(single or double for single, double in _LITERAL.findall(expression)))
    read = {name for root, name in names_in(expression) if root == "parameters"}
    axes = [
        _samples(parameter, literals)[: None if parameter.code in read or "" in read else 1]
        for parameter in version.parameters
    ]
    facts = [(root, name, samples) for root, names in FACTS.items() for name, samples in names.items()]
    for row in product(*axes):
        for turn in (0, -1):
            context: dict[str, Any] = {
                "parameters": {p.code: value for p, value in zip(version.parameters, row, strict=True)}
            }
            for root, name, samples in facts:
                context.setdefault(root, {})[name] = samples[turn]
            yield context


def _samples(field: Field, literals: tuple[str, ...]) -> tuple[Any, ...]:
    if field.kind in ("choice", "multi_choice"):
        codes = tuple(field.option_by_code)[:8]
        return codes if field.kind == "choice" else ([codes[0]], list(codes)) if codes else ([],)
    if field.kind == "table" and isinstance(field, Parameter):
        return ([{code: _samples(column, literals)[0] for code, column in field.column_by_code.items()}],)
    return _SAMPLES.get(field.kind, ("x", *literals[:4]))
