"""Numbers: integers as numbers, decimals and money as text with a point, never as binary fractions."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

from babel.numbers import get_currency_precision

from shared.catalog.parameters import Field
from shared.catalog.refusal import Refused
from shared.errors import Message

LARGEST_INTEGER: Final = 2**53 - 1
"""Beyond it a JavaScript reader would lose digits (RFC 8259, 6)."""
MAX_DECIMALS: Final = 10
_NUMBER = re.compile(r"(-?)0*([0-9]{1,15})(?:\.([0-9]{1,20}))?", re.ASCII)


def integer(field: Field, raw: Any, today: date) -> int:
    """A whole JSON number (5.0 is one)."""
    whole = isinstance(raw, int) or (isinstance(raw, float) and raw.is_integer())
    if isinstance(raw, bool) or not whole or abs(raw) > LARGEST_INTEGER:
        raise Refused(Message("Give a whole number."))
    value = int(raw)
    if field.min is not None and value < int(field.min):
        raise Refused(Message("%(min)s at least.", {"min": field.min}))
    if field.max is not None and value > int(field.max):
        raise Refused(Message("%(max)s at most.", {"max": field.max}))
    return value


def decimal(field: Field, raw: Any, today: date) -> str:
    """A number as text; kept with `decimals` places, or without zeros at its end where none are declared."""
    return _within(field, _number(raw, field.decimals))


def money(field: Field, raw: Any, today: date) -> str:
    """An amount as text, kept with its currency's places."""
    return _within(field, _number(raw, places(field.currency or "")))


@cache
def places(currency: str) -> int:
    """How many decimal places amounts in that currency have (CLDR)."""
    return int(get_currency_precision(currency))


def _number(raw: Any, decimals: int | None) -> str:
    found = _NUMBER.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if found is None:
        raise Refused(Message('Give a number as text with a point, such as "99.90".'))
    sign, whole, fraction = found[1], found[2], (found[3] or "").rstrip("0")
    most = MAX_DECIMALS if decimals is None else decimals
    if len(fraction) > most:
        raise Refused(Message("%(places)s decimal places at most.", {"places": most}))
    if decimals:
        fraction = fraction.ljust(decimals, "0")
    number = f"{whole}.{fraction}" if fraction else whole
    return number if not sign or not number.strip("0.") else f"-{number}"


def _within(field: Field, number: str) -> str:
    if field.min is not None and Decimal(number) < Decimal(field.min):
        raise Refused(Message("%(min)s at least.", {"min": field.min}))
    if field.max is not None and Decimal(number) > Decimal(field.max):
        raise Refused(Message("%(max)s at most.", {"max": field.max}))
    return number
