"""Days and instants, and their limits: a day, `today`, or so many days from it (`today-30d`)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.catalog.parameters import Field
from shared.catalog.refusal import Refused
from shared.errors import Message

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_LIMIT = re.compile(r"today(?:([+-])([0-9]{1,5})d)?")


def day(field: Field, raw: Any, today: date) -> str:
    """A day as YYYY-MM-DD."""
    found = parse_day(raw)
    if found is None:
        raise Refused(Message("Give a date as YYYY-MM-DD."))
    _within(field, found, today)
    return found.isoformat()


def instant(field: Field, raw: Any, today: date) -> str:
    """An instant (RFC 3339), kept in UTC to the second, so that text order is time order. Limits judge its own day."""
    found = _INSTANT.fullmatch(raw) if isinstance(raw, str) else None
    try:
        moment = (
            datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3].upper().replace('Z', '+00:00')}") if found else None
        )
        kept = moment.astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        moment = kept = None
    if moment is None or kept is None:
        raise Refused(Message("Give a date and time with its zone, such as 2026-01-31T12:00:00-03:00."))
    _within(field, moment.date(), today)
    return kept.isoformat().replace("+00:00", "Z")


def parse_day(raw: Any) -> date | None:
    """The day that the text YYYY-MM-DD names, or None."""
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) and _DAY.fullmatch(raw) else None
    except ValueError:
        return None


def limit(text: str, today: date) -> date | None:
    """The day that a limit names on the day `today`, or None where it is no limit."""
    found = _LIMIT.fullmatch(text)
    if found is None:
        return parse_day(text)
    days = timedelta(days=int(found[2] or 0))
    try:
        return today - days if found[1] == "-" else today + days
    except OverflowError:
        return None


def _within(field: Field, found: date, today: date) -> None:
    earliest = limit(str(field.min), today) if field.min is not None else None
    latest = limit(str(field.max), today) if field.max is not None else None
    if earliest is not None and found < earliest:
        raise Refused(Message("On %(min)s at the earliest.", {"min": earliest.isoformat()}))
    if latest is not None and found > latest:
        raise Refused(Message("On %(max)s at the latest.", {"max": latest.isoformat()}))
