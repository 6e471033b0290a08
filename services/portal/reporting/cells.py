"""Cells of the reports' tables, and the words that reports use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from services.portal import formats
from services.portal.tongue import gettext

SIDES: Final = ("client", "third_party", "attendant", "nobody")
"""From left to right, as everywhere: the client left, the attendants right, third parties between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a cell says. `bar`: the part of the row's bar that is full, from 0 to 1; `way`: the stages of a variant."""

    text: str
    is_number: bool = False
    bar: float | None = None
    side: str = "attendant"
    way: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A report's table: headings, with which of them are numbers, and rows."""

    headings: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A report as a card: its picture as data for the script, what that says in words, its table and its CSV.

    `plot` is None where there is nothing to draw, `table` where nothing could be computed. `keys`: sides that the
    picture's legend names. `one_of`: it is computed from one in so many tickets.
    """

    code: str
    name: str
    note: str
    said: str = ""
    plot: dict[str, Any] | None = None
    table: Table | None = None
    keys: Sequence[str] = field(default=())
    more: str = ""
    one_of: int = 1


def side_names() -> dict[str, str]:
    """Whose turn."""
    return {
        "client": gettext("Client"),
        "third_party": gettext("Third parties"),
        "attendant": gettext("Attendance"),
        "nobody": gettext("Scheduled"),
    }


def text(value: str) -> Cell:
    return Cell(text=value)


def number(value: float) -> Cell:
    """A number as the reader writes it."""
    return Cell(text=formats.number(str(value)), is_number=True)


def barred(value: int, most: int, side: str = "attendant") -> Cell:
    """A number with a bar as long as its part of the greatest one."""
    return Cell(text=formats.number(value), is_number=True, bar=value / most if most else 0, side=side)


def lasted(seconds: int | None) -> Cell:
    """A duration."""
    return Cell(text=length(seconds), is_number=True)


def length(seconds: int | None) -> str:
    """A duration in words; a dash where there is none."""
    return "–" if seconds is None else formats.lasting(timedelta(seconds=seconds))


def percent(part: float) -> str:
    """A share, in whole percents; of what is there but less than one, that it is less."""
    if 0 < part < 0.01:
        return "< 1%"
    return f"{formats.number(round(100 * part))}%"


def day(value: str) -> str:
    """A day in wire form as people say it."""
    return formats.day(date.fromisoformat(value))


def who(party: dict[str, Any]) -> str:
    """Who had the turn."""
    if party["side"] in ("client", "third_party"):
        return {"client": gettext("Clients"), "third_party": gettext("Third parties")}[party["side"]]
    if party["queue"]:
        return gettext("queue %(queue)s", queue=party["name"])
    return str(party["name"]) or gettext("somebody who left")


def shares(row: dict[str, Any]) -> dict[str, float]:
    """Each side's part of a row's time."""
    whole = sum(row[f"{side}_seconds"] for side in SIDES)
    return {side: row[f"{side}_seconds"] / whole if whole else 0.0 for side in SIDES}
