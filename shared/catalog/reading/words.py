"""The small notations of a catalog: durations, sizes, percentages, rules of assignment."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, cast

from shared.catalog.definitions import Assignment, Due, Duration
from shared.catalog.reading.cursor import Cursor
from shared.catalog.written import is_email

UNITS: Final = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_DURATION = re.compile(r"([1-9][0-9]{0,4})(min|h|d)")
_SIZE = re.compile(r"([1-9][0-9]{0,15})(B|KB|MB|GB)")
_PERCENT = re.compile(r"([1-9][0-9]?)%?")


def duration(at: Cursor) -> Duration | None:
    """`30min`, `4h`, `2d`."""
    found = _matched(at, _DURATION)
    if found:
        return Duration(amount=int(found[1]), unit=cast(Literal["min", "h", "d"], found[2]))
    at.problem("This is no duration.", "Write 30min, 4h or 2d.")
    return None


def size(at: Cursor) -> int | None:
    """`20MB`, in bytes."""
    found = _matched(at, _SIZE)
    if found:
        return int(found[1]) * UNITS[found[2]]
    at.problem("This is no size.", "Write 500KB, 20MB or 1GB.")
    return None


def percent(at: Cursor) -> int | None:
    """`75%`, from 1 to 99."""
    found = _matched(at, _PERCENT)
    if found:
        return int(found[1])
    at.problem("This is no percentage.", "Write a number from 1 to 99.")
    return None


def email(at: Cursor) -> str | None:
    """A person, by e-mail, in small letters."""
    text = at.text()
    if text is None or is_email(text):
        return text and text.lower()
    at.problem("%(text)s is not an e-mail address.", "Name people by their e-mail.", text=text)
    return None


def assignment(at: Cursor) -> Assignment | None:
    """`default_attendant`, `previous`, `queue:CODE`, `least_loaded:QUEUE` or `attendant:E-MAIL`."""
    text = at.text()
    if text is None:
        return None
    kind, colon, target = (part.strip() for part in text.partition(":"))
    if not colon and kind in ("default_attendant", "previous"):
        return Assignment(kind=cast(Any, kind))
    if kind in ("queue", "least_loaded") and target:
        return Assignment(kind=cast(Any, kind), target=target)
    if kind == "attendant" and is_email(target):
        return Assignment(kind="attendant", target=target.lower())
    at.problem(
        "%(text)s is no rule of assignment.",
        "Write default_attendant, previous, queue:CODE, least_loaded:QUEUE or attendant:E-MAIL.",
        text=text,
    )
    return None


def expression(at: Cursor) -> str | None:
    """The text of a condition, as many lines as it has."""
    text = at.text()
    return text and text.rstrip()


def due(at: Cursor) -> Due | None:
    """`{within: 4h, calendar: office, near: 75%, then: TRANSITION}`."""
    fields = at.fields("within", "calendar", "near", "then")
    within = fields.need("within", duration)
    if within is None:
        return None
    return Due(
        within=within,
        calendar=fields.get("calendar", Cursor.text, None),
        near=fields.get("near", percent, 75),
        then=fields.get("then", Cursor.text, None),
    )


def _matched(at: Cursor, shape: re.Pattern[str]) -> re.Match[str] | None:
    return shape.fullmatch(str(at.node.value)) if at.is_scalar else None
