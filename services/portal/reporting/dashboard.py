"""The dashboard's charts and figures, from the reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from services.portal import formats
from services.portal.reporting import cells
from services.portal.reporting.cells import SIDES, Cell, Chart, Table
from services.portal.tongue import gettext

MOST_DRAWN: Final = 10
"""Rows in a picture; the table has them all."""
BY_DAY, BY_WEEK = 35, 200
"""Up to so many days the picture of what came in and went out is by day, up to so many by week, else by month."""

Report = dict[str, Any]


def figures(found: dict[str, Report | None]) -> list[dict[str, str]]:
    """The row of figures at the top; what could not be computed is a dash."""
    rows = (found["open"] or {}).get("items", ())
    by_side = {side: sum(row["tickets"] for row in rows if row["side"] == side) for side in SIDES}
    late, near = (sum(row[name] for row in rows) for name in ("late", "near"))
    times, rated = ((found[name] or {}).get("totals") or {} for name in ("times", "satisfaction"))
    return [
        {
            "name": gettext("Open now"),
            "value": _counted(found["open"], sum(by_side.values())),
            "note": gettext(
                "%(clients)s with clients, %(others)s with third parties",
                clients=formats.number(by_side["client"]),
                others=formats.number(by_side["third_party"]),
            ),
        },
        {
            "name": gettext("Late now"),
            "value": _counted(found["open"], late),
            "note": gettext("%(near)s near their deadline", near=formats.number(near)),
        },
        {
            "name": gettext("Time to conclude"),
            "value": cells.length(times.get("median_seconds")),
            "note": _on_whose_turn(times),
        },
        {
            "name": gettext("Satisfaction"),
            "value": formats.number(round(rated["mean_score"], 1)) if rated.get("mean_score") else "–",
            "note": gettext("of 5, in %(answers)s answers", answers=formats.number(rated.get("ratings", 0))),
        },
    ]


def _counted(report: Report | None, count: int) -> str:
    return "–" if report is None else formats.number(count)


def _on_whose_turn(times: dict[str, Any]) -> str:
    if not times.get("tickets"):
        return gettext("nothing was concluded in the period")
    return gettext("median, %(share)s of it with the client", share=cells.percent(cells.shares(times)["client"]))


def charts(found: dict[str, Report | None]) -> list[Chart]:
    """The dashboard's cards, in their order."""
    makers = {
        "open": _open,
        "bottlenecks": stages,
        "times": _times,
        "throughput": _throughput,
        "load": _load,
        "satisfaction": _satisfaction,
    }
    return [of_all(makers[name](found[name]), found[name]) for name in makers]


def of_all(chart: Chart, report: Report | None) -> Chart:
    """The card, which says of how many tickets it is computed."""
    return replace(chart, one_of=report["one_of"]) if report else chart


def _places(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, str]]:
    """The rows' stages as a picture names them: `of` is the type, where there are several."""
    several = len({row["type"]["code"] for row in rows}) > 1
    for row in rows:
        stage = row["stage"]["name"] if row["stage"] else gettext("on its way")
        yield {"name": stage, "of": row["type"]["name"]} if several else {"name": stage}


def _open(report: Report | None) -> Chart:
    chart: dict[str, Any] = {
        "code": "open",
        "name": gettext("Open by stage and whose turn it is"),
        "note": gettext("Clients to the left, attendance to the right, third parties in the middle."),
    }
    if report is None:
        return Chart(**chart)
    rows = report["items"]
    places: dict[tuple[str, str | None], dict[str, Any]] = {}
    for row, named in zip(rows, _places(rows), strict=True):
        place = places.setdefault((row["type"]["code"], (row["stage"] or {}).get("code")), {**named})
        place[row["side"]] = row["tickets"]
    drawn = [{**dict.fromkeys(SIDES, 0), **place} for place in places.values()][:MOST_DRAWN]
    sides = cells.side_names()
    said = "; ".join(
        f"{_told(named)}, {sides[row['side']]}: {row['tickets']}"
        for row, named in list(zip(rows, _places(rows), strict=True))[:MOST_DRAWN]
    )
    headings = [
        (gettext("Type"), False),
        (gettext("Stage"), False),
        (gettext("Whose turn"), False),
        (gettext("Tickets"), True),
        (gettext("Late"), True),
        (gettext("Waiting, median"), True),
        (gettext("Oldest since"), False),
    ]
    lines = [
        [
            cells.text(row["type"]["name"]),
            cells.text(row["stage"]["name"] if row["stage"] else gettext("on its way")),
            cells.text(sides[row["side"]]),
            cells.number(row["tickets"]),
            cells.number(row["late"]),
            cells.lasted(row["median_seconds"]),
            cells.text(formats.when(datetime.fromisoformat(row["oldest_since"]))),
        ]
        for row in rows
    ]
    plot = {"kind": "split", "rows": drawn} if drawn else None
    return Chart(**chart, said=said, plot=plot, table=Table(headings=headings, rows=lines), keys=_keys(drawn))


def _told(place: dict[str, Any]) -> str:
    return " · ".join(place[part] for part in ("name", "of") if part in place)


def _keys(drawn: Sequence[dict[str, Any]]) -> list[str]:
    return [side for side in SIDES if any(row.get(side) for row in drawn)]


def _times(report: Report | None) -> Chart:
    chart: dict[str, Any] = {
        "code": "times",
        "name": gettext("With whom the time went by"),
        "note": gettext("Part of the time to conclude, by month of conclusion."),
    }
    if report is None:
        return Chart(**chart)
    rows = report["items"]
    names = [_month(row["month"]) for row in rows]
    drawn: list[dict[str, Any]] = [
        {"name": name, **{side: round(100 * part, 1) for side, part in cells.shares(row).items()}}
        for row, name in zip(rows, names, strict=True)
    ]
    sides = cells.side_names()
    said = "; ".join(
        f"{row['name']}: " + ", ".join(f"{sides[side]} {cells.percent(row[side] / 100)}" for side in SIDES if row[side])
        for row in drawn
    )
    headings = [(gettext("Month"), False), (gettext("Concluded tickets"), True), (gettext("Median"), True)]
    headings += [(gettext("Mean"), True), *((sides[side], True) for side in SIDES)]
    lines = [
        [
            cells.text(name),
            cells.number(row["tickets"]),
            cells.lasted(row["median_seconds"]),
            cells.lasted(row["mean_seconds"]),
            *(Cell(text=cells.percent(part), is_number=True) for part in cells.shares(row).values()),
        ]
        for row, name in zip(rows, names, strict=True)
    ]
    plot = {"kind": "parts", "unit": "%", "rows": drawn} if drawn else None
    return Chart(**chart, said=said, plot=plot, table=Table(headings=headings, rows=lines), keys=_keys(drawn))


def _month(day: str) -> str:
    return formats.month(date.fromisoformat(day))


def _throughput(report: Report | None) -> Chart:
    name = gettext("In and out")
    if report is None:
        return Chart(code="throughput", name=name, note="")
    days = report["items"]
    span = _span(len(days))
    notes = {
        1: gettext("By day. Above the line they come in, below it they go out."),
        7: gettext("By week. Above the line they come in, below it they go out."),
        30: gettext("By month. Above the line they come in, below it they go out."),
    }
    drawn = [_sum(part) for part in _parts(days, span)]
    totals = report["totals"]
    came, went = totals["opened"] + totals["reopened"], totals["concluded"] + totals["cancelled"]
    said = gettext("%(came)s came in, %(went)s went out", came=formats.number(came), went=formats.number(went))
    headings = [
        (gettext("Since"), False),
        (gettext("Opened"), True),
        (gettext("Reopened"), True),
        (gettext("Concluded tickets"), True),
        (gettext("Cancelled tickets"), True),
    ]
    columns = ("opened", "reopened", "concluded", "cancelled")
    lines = [
        [cells.text(cells.day(part[0]["day"])), *(cells.number(sum(day[c] for day in part)) for c in columns)]
        for part in _parts(days, span)
    ]
    plot = {"kind": "flow", "rows": drawn, "in": gettext("in"), "out": gettext("out")} if came or went else None
    table = Table(headings=headings, rows=lines)
    return Chart(code="throughput", name=name, note=notes[span], said=said, plot=plot, table=table, more=said)


def _span(days: int) -> int:
    return 1 if days <= BY_DAY else 7 if days <= BY_WEEK else 30


def _parts(days: Sequence[dict[str, Any]], span: int) -> list[list[dict[str, Any]]]:
    """The days in parts that a picture shows as one: days, weeks from Monday, or months."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in days:
        day = date.fromisoformat(each["day"])
        first = {1: day, 7: day - timedelta(days=day.weekday()), 30: day.replace(day=1)}[span]
        found.setdefault(first.isoformat(), []).append(each)
    return list(found.values())


def _sum(part: Sequence[dict[str, Any]]) -> dict[str, Any]:
    came = sum(day["opened"] + day["reopened"] for day in part)
    went = sum(day["concluded"] + day["cancelled"] for day in part)
    return {"name": cells.day(part[0]["day"]), "in": came, "out": went}


def _load(report: Report | None) -> Chart:
    chart: dict[str, Any] = {
        "code": "load",
        "name": gettext("Load per attendant"),
        "note": gettext("On each one's turn now. In amber and in brackets, what is near its deadline or late."),
    }
    if report is None:
        return Chart(**chart)
    rows, away = report["items"], gettext("absent")
    drawn = [
        {"name": cells.who(row["holder"]), "all": row["tickets"], "due": row["near"] + row["late"]}
        for row in rows
        if row["tickets"]
    ][:MOST_DRAWN]
    said = "; ".join(f"{row['name']}: {row['all']} ({row['due']})" for row in drawn)
    headings = [
        (gettext("Who"), False),
        (gettext("Holds"), True),
        (gettext("Near"), True),
        (gettext("Late"), True),
        (gettext("Follows at third parties"), True),
        (gettext("Ended in the period"), True),
    ]
    lines = [
        [
            cells.text(f"{cells.who(row['holder'])} ({away})" if row["is_absent"] else cells.who(row["holder"])),
            *(cells.number(row[name]) for name in ("tickets", "near", "late", "third_party", "ended")),
        ]
        for row in rows
    ]
    plot = {"kind": "load", "rows": drawn} if drawn else None
    return Chart(**chart, said=said, plot=plot, table=Table(headings=headings, rows=lines))


def stages(report: Report | None) -> Chart:
    """Where time goes by: the stages that kept the tickets longest, and on whose turn."""
    chart: dict[str, Any] = {
        "code": "bottlenecks",
        "name": gettext("Where the time went by"),
        "note": gettext("Mean time of a visit to each stage, of what ended in the period, by whose turn it was."),
    }
    if report is None:
        return Chart(**chart)
    rows = report["items"]
    drawn = [
        {
            **named,
            **{side: row[f"{side}_seconds"] / row["visits"] / 3600 for side in SIDES},
            "label": cells.length(row["mean_seconds"]),
        }
        for row, named in zip(rows, _places(rows), strict=True)
    ][:MOST_DRAWN]
    said = "; ".join(f"{_told(row)}: {row['label']}" for row in drawn)
    sides = cells.side_names()
    headings = [
        (gettext("Type"), False),
        (gettext("Stage"), False),
        (gettext("Visits"), True),
        (gettext("Mean"), True),
        (gettext("Median"), True),
        (gettext("9 of 10 within"), True),
        (gettext("Altogether"), True),
        *((sides[side], True) for side in SIDES),
    ]
    lines = [
        [
            cells.text(row["type"]["name"]),
            cells.text(row["stage"]["name"]),
            cells.number(row["visits"]),
            *(cells.lasted(row[f"{name}_seconds"]) for name in ("mean", "median", "p90", "total")),
            *(Cell(text=cells.percent(part), is_number=True) for part in cells.shares(row).values()),
        ]
        for row in rows
    ]
    plot = {"kind": "parts", "unit": "h", "rows": drawn} if drawn else None
    return Chart(**chart, said=said, plot=plot, table=Table(headings=headings, rows=lines), keys=_keys(drawn))


def _satisfaction(report: Report | None) -> Chart:
    name = gettext("Satisfaction")
    if report is None:
        return Chart(code="satisfaction", name=name, note="")
    totals, rows = report["totals"], report["items"]
    words = {
        5: gettext("great"),
        4: gettext("good"),
        3: gettext("fair"),
        2: gettext("bad"),
        1: gettext("awful"),
    }
    drawn = [{"name": f"{row['score']} · {words[row['score']]}", "value": row["ratings"]} for row in rows]
    note = gettext(
        "%(answers)s answers of %(concluded)s concluded.",
        answers=formats.number(totals["ratings"]),
        concluded=formats.number(totals["concluded"]),
    )
    said = "; ".join(f"{row['name']}: {row['value']}" for row in drawn)
    most = max((row["ratings"] for row in rows), default=0)
    lines = [[cells.text(drawn[n]["name"]), cells.barred(row["ratings"], most, "client")] for n, row in enumerate(rows)]
    table = Table(headings=[(gettext("Score"), False), (gettext("Answers"), True)], rows=lines)
    plot = {"kind": "bars", "rows": drawn} if totals["ratings"] else None
    return Chart(code="satisfaction", name=name, note=note, said=said, plot=plot, table=table)
