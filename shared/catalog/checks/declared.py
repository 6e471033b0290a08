"""Parameters: limits that make sense, options, patterns, defaults and templates that their own kind takes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from babel.numbers import list_currencies

from shared.catalog import kinds, times, written
from shared.catalog.definitions import Parameter, Type
from shared.catalog.log import Log
from shared.catalog.parameters import Field
from shared.catalog.refusal import Refused

RESERVED: Final = frozenset(
    (
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "namespace",
        "null",
        "package",
        "return",
        "true",
        "var",
        "void",
        "while",
    )
)
"""Words of the language of conditions: `parameters.in` could not be written."""
_A_DAY: Final = date(2026, 1, 1)
_PAIRS: Final = (("min", "max"), ("min_length", "max_length"), ("min_items", "max_items"))


def check_parameters(log: Log, path: str, type: Type) -> None:
    """The parameters of a type with their columns, defaults, and the values of its templates."""
    for parameter in type.version.parameters:
        where = f"{path}.parameters.{parameter.code}"
        _check_field(log, where, parameter)
        if parameter.kind == "table":
            _check_columns(log, where, parameter)
        _check_value(log, f"{where}.default", parameter, parameter.default)
    for template in type.templates:
        for code, value in template.parameters.items():
            where = f"{path}.templates.{template.code}.parameters.{code}"
            _check_value(log, where, type.version.parameter_by_code[code], value)


def _check_columns(log: Log, path: str, table: Parameter) -> None:
    if not table.columns and f"{path}.columns" not in log.positions:
        log.problem(path, "A table needs columns.", "Write columns: [{code, kind, label}].")
    for column in table.columns:
        _check_field(log, f"{path}.columns.{column.code}", column)


def _check_field(log: Log, path: str, field: Field) -> None:
    if field.code in RESERVED:
        log.problem(
            f"{path}.code", "%(code)s is a word of the language of conditions.", "Choose another code.", code=field.code
        )
    if field.kind in ("choice", "multi_choice") and not field.options and f"{path}.options" not in log.positions:
        log.problem(path, "A choice needs options.", "Write options: [{code, label}].")
    if field.kind == "money":
        _check_currency(log, path, field)
    if field.pattern is not None:
        _check_pattern(log, f"{path}.pattern", field.pattern)
    for name in ("min", "max"):
        _check_day(log, f"{path}.{name}", field, getattr(field, name))
    for least, most in _PAIRS:
        _check_pair(log, f"{path}.{least}", field, getattr(field, least), getattr(field, most))


def _check_currency(log: Log, path: str, field: Field) -> None:
    if field.currency is None:
        log.problem(path, "Money has a currency.", "Write currency: BRL.")
    elif field.currency not in list_currencies():
        log.problem(
            f"{path}.currency", "%(code)s is no currency.", "Write its ISO 4217 code, such as BRL.", code=field.currency
        )


def _check_pattern(log: Log, path: str, pattern: str) -> None:
    wrong = written.pattern_problem(pattern)
    if wrong is not None:
        log.problem(
            path,
            "The pattern cannot be read: %(wrong)s.",
            "Write a regular expression as RE2 knows them (no look-around, no back-references).",
            wrong=wrong,
        )


def _check_day(log: Log, path: str, field: Field, bound: Any) -> None:
    if field.kind in ("date", "datetime") and bound is not None and times.limit(str(bound), _A_DAY) is None:
        log.problem(path, "%(bound)s is no day.", "Write YYYY-MM-DD, today, or today+30d.", bound=bound)


def _check_pair(log: Log, path: str, field: Field, least: Any, most: Any) -> None:
    if least is None or most is None:
        return
    low, high = _comparable(field, least), _comparable(field, most)
    if low is not None and high is not None and low > high:
        log.problem(path, "%(least)s is above %(most)s: nothing would fit.", "Exchange them.", least=least, most=most)


def _comparable(field: Field, bound: Any) -> Any:
    if field.kind in ("date", "datetime"):
        # `today` moves: two limits compare only where both do, or neither.
        return times.limit(bound, _A_DAY)
    return Decimal(str(bound))


def _check_value(log: Log, path: str, parameter: Parameter, value: Any) -> None:
    """A limit that moves with the day is not judged: the value will be, on the day it is given."""
    if value is None or "today" in f"{parameter.min}{parameter.max}":
        return
    if not kinds.is_ready(parameter):
        return
    try:
        kinds.normal(parameter, value, _A_DAY)
    except Refused as refused:
        for name, messages in refused.under(path).items():
            for message in messages:
                log.problem(name, message.key, "Write a value that this parameter takes.", **message.values)
