"""A ticket's human number, and how it is found again."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

_WHOLE = re.compile(r"^\s*(\d{4})-(\d{1,12})\s*$")
_TAIL = re.compile(r"^\s*#?(\d{1,12})\s*$")
YEARS_BACK = 10


def number(sequence: int, now: datetime, time_zone: str) -> str:
    """`2026-000123`: the year where the house is, and the sequence, which is never reset."""
    return f"{now.astimezone(ZoneInfo(time_zone)).year}-{sequence:06d}"


def numbers_meant(words: str, now: datetime) -> list[str]:
    """The numbers that somebody who types `words` may mean: a whole one, or its last part in a year not long ago."""
    if whole := _WHOLE.match(words):
        return [f"{whole[1]}-{int(whole[2]):06d}"]
    if tail := _TAIL.match(words):
        return [f"{now.year + 1 - back}-{int(tail[1]):06d}" for back in range(YEARS_BACK)]
    return []
