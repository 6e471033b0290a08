"""Attributes of XES by their type. What does not hold the type it claims is kept as text: only times are vital."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from vez.logs.model import Value, parse_instant


def _boolean(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.strip().lower()]


def _real(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


READERS: Final[Mapping[str, Callable[[str], Value]]] = MappingProxyType(
    {"int": int, "float": _real, "boolean": _boolean, "date": parse_instant}
)


def typed(tag: str, text: str) -> Value:
    """The value of an attribute element `tag`, or its text where that is not one of the kind."""
    reader = READERS.get(tag)
    if reader is None:
        return text
    try:
        return reader(text)
    except (ValueError, KeyError, OverflowError):
        return text
