"""Parameters' values in the types that logs have: text, whole and broken numbers, truth, instants. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec

from vez.logs import Value
from vez.logs.model import parse_instant

JOINT: Final = ", "
NUMBERS: Final = frozenset({"decimal", "money"})


def typed(kind: str | None, value: Any) -> Value | None:
    """A parameter's value, from its wire form; None where it is empty. Lists of codes are joined, tables are JSON."""
    if value is None or value in ("", []):
        return None
    if kind in NUMBERS:
        return _number(str(value))
    if kind == "datetime":
        return parse_instant(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return JOINT.join(value)
    if isinstance(value, list | dict):
        return msgspec.json.encode(value).decode()
    return value if isinstance(value, bool | int | float) else str(value)


def _number(text: str) -> Value:
    """A float where it says exactly what the text says; logs know no decimals, and an amount must not change."""
    number = float(text)
    return number if Decimal(repr(number)) == Decimal(text) else text
