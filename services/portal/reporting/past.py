"""The page of history: by whose turn time went by, variants, rework, loops and hand-overs, from the reports."""

from __future__ import annotations

from typing import Any

from services.portal import formats
from services.portal.reporting import cells
from services.portal.reporting.cells import Cell, Chart, Table
from services.portal.reporting.dashboard import Report, of_all, stages
from services.portal.tongue import gettext


def cards(found: dict[str, Report | None]) -> list[Chart]:
    """The page's cards, in their order."""
    makers = {
        "bottlenecks": stages,
        "waits": _waits,
        "variants": _variants,
        "rework": _rework,
        "loops": _loops,
        "hand-overs": _hand_overs,
    }
    return [of_all(makers[name](found[name]), found[name]) for name in makers]


def _card(code: str, name: str, note: str, report: Report | None, headings: list[tuple[str, bool]], rows: Any) -> Chart:
    if report is None:
        return Chart(code=code, name=name, note=note)
    more = "" if report["is_whole"] else gettext("The first %(rows)s; the CSV has them all.", rows=len(report["items"]))
    made = [rows(row) for row in report["items"]]
    return Chart(code=code, name=name, note=note, table=Table(headings=headings, rows=made), more=more)


def _waits(report: Report | None) -> Chart:
    sides = cells.side_names()
    whole = sum(row["total_seconds"] for row in report["items"]) if report else 0

    def line(row: dict[str, Any]) -> list[Cell]:
        part = row["total_seconds"] / whole if whole else 0.0
        return [
            cells.text(sides[row["side"]]),
            Cell(text=cells.percent(part), is_number=True, bar=part, side=row["side"]),
            cells.number(row["turns"]),
            *(cells.lasted(row[f"{name}_seconds"]) for name in ("mean", "median", "p90", "total")),
        ]

    headings = [
        (gettext("Whose turn"), False),
        (gettext("Of the time"), True),
        (gettext("Turns"), True),
        (gettext("Mean"), True),
        (gettext("Median"), True),
        (gettext("9 of 10 within"), True),
        (gettext("Altogether"), True),
    ]
    note = gettext("How long each side kept the turn before passing it on.")
    return _card("waits", gettext("On whose turn"), note, report, headings, line)


def _variants(report: Report | None) -> Chart:
    items = report["items"] if report else []
    most, several = max((row["tickets"] for row in items), default=0), len({row["type"]["code"] for row in items}) > 1

    def line(row: dict[str, Any]) -> list[Cell]:
        way = [str(stage["name"]) for stage in row["stages"]]
        first = [cells.text(row["type"]["name"])] if several else []
        return [
            *first,
            Cell(text=" › ".join(way), way=way),
            cells.barred(row["tickets"], most),
            Cell(text=cells.percent(row["share"]), is_number=True),
            cells.lasted(row["median_seconds"]),
        ]

    headings = [
        *([(gettext("Type"), False)] if several else []),
        (gettext("Way"), False),
        (gettext("Tickets"), True),
        (gettext("Of the type"), True),
        (gettext("Median"), True),
    ]
    note = gettext("By which ways the tickets went through their flows, the most used first.")
    return _card("variants", gettext("Variants"), note, report, headings, line)


def _rework(report: Report | None) -> Chart:
    most = max((row["returns"] for row in report["items"]), default=0) if report else 0

    def line(row: dict[str, Any]) -> list[Cell]:
        part = row["tickets"] / row["visited"] if row["visited"] else 0.0
        return [
            cells.text(row["type"]["name"]),
            cells.text(row["stage"]["name"]),
            cells.barred(row["returns"], most),
            cells.number(row["tickets"]),
            Cell(text=cells.percent(part), is_number=True),
            cells.lasted(row["seconds"]),
        ]

    headings = [
        (gettext("Type"), False),
        (gettext("Stage"), False),
        (gettext("Returns"), True),
        (gettext("Tickets"), True),
        (gettext("Of those in it"), True),
        (gettext("Time again"), True),
    ]
    note = gettext("Stages that tickets came back to, and how long they stayed again.")
    return _card("rework", gettext("Rework"), note, report, headings, line)


def _loops(report: Report | None) -> Chart:
    most = max((row["returns"] for row in report["items"]), default=0) if report else 0

    def line(row: dict[str, Any]) -> list[Cell]:
        way = [str(row["from_stage"]["name"]), str(row["stage"]["name"])]
        return [
            cells.text(row["type"]["name"]),
            Cell(text=" › ".join(way), way=way),
            cells.barred(row["returns"], most),
            cells.number(row["tickets"]),
        ]

    headings = [
        (gettext("Type"), False),
        (gettext("Back from, to"), False),
        (gettext("Returns"), True),
        (gettext("Tickets"), True),
    ]
    note = gettext("From which stage tickets came back to which.")
    return _card("loops", gettext("Loops"), note, report, headings, line)


def _hand_overs(report: Report | None) -> Chart:
    most = max((row["hand_overs"] for row in report["items"]), default=0) if report else 0

    def line(row: dict[str, Any]) -> list[Cell]:
        return [
            cells.text(cells.who(row["giver"])),
            cells.text(cells.who(row["taker"])),
            cells.barred(row["hand_overs"], most),
            cells.number(row["tickets"]),
        ]

    headings = [
        (gettext("From"), False),
        (gettext("To"), False),
        (gettext("Hand-overs"), True),
        (gettext("Tickets"), True),
    ]
    note = gettext("From whom to whom the turn passed. All clients are one, and so are all third parties.")
    return _card("hand-overs", gettext("Hand-overs"), note, report, headings, line)


def cases(found: dict[str, Report | None]) -> str:
    """Of how many tickets the page tells."""
    known = next((report for report in found.values() if report is not None), None)
    if known is None:
        return ""
    return gettext("%(cases)s tickets that ended in the period", cases=formats.number(known["cases"]))
