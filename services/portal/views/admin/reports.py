"""The dashboard and the page of history: reports as charts and tables, each with its CSV."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Response, abort, request

from services.portal import door, narrowing, page, speech
from services.portal.reporting import cells, choice, dashboard, past
from services.portal.reporting.choice import Choice
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from shared import clock
from shared.errors import Retryable

PRESENT: Final = ("open",)
DASHBOARD: Final = ("open", "load", "throughput", "times", "satisfaction", "bottlenecks")
HISTORY: Final = ("bottlenecks", "waits", "variants", "rework", "loops", "hand-overs")
ROWS: Final = {"variants": "15", "loops": "10", "hand-overs": "15", "bottlenecks": "50"}
"""How many rows a page shows; the CSV has them all."""
CSV: Final = "text/csv"
COMMAS: Final = ("en",)
"""Languages whose spreadsheets part cells by commas; the others write decimals with them and part by semicolons."""


@blueprint.get("/dashboard", endpoint="dashboard")
@door.needs("reports.read")
def dashboard_page() -> Response:
    """What is open, what comes and goes, how long it takes, who has how much, and what clients say."""
    chosen = choice.chosen()
    found = _gather(DASHBOARD, chosen)
    return _page(
        "admin/dashboard.html",
        "dashboard",
        chosen,
        found.pop("scope"),
        figures=dashboard.figures(found),
        charts=dashboard.charts(found),
    )


@blueprint.get("/history", endpoint="history")
@door.needs("reports.read")
def history_page() -> Response:
    """How what ended in the period went: bottlenecks, variants, rework, loops, hand-overs."""
    chosen = choice.chosen()
    found = _gather(HISTORY, chosen)
    scope = found.pop("scope")
    return _page("admin/history.html", "history", chosen, scope, cases=past.cases(found), charts=past.cards(found))


@blueprint.get("/reports/<name>.csv")
@door.needs("reports.read")
def report_file(name: str) -> Response:
    """A report as a file for a spreadsheet, parted as those of the reader's language expect it."""
    if name not in (*DASHBOARD, *HISTORY):
        abort(404)
    chosen = choice.chosen()
    separator = "comma" if speech.language() in COMMAS else "semicolon"
    answer = door.asker().raw("ticket", f"/v1/reports/{name}", accept=CSV, separator=separator, **_asked(name, chosen))
    response = Response(answer.text.encode("utf-8-sig"), content_type=f"{CSV}; charset=utf-8")
    period = "" if name in PRESENT else f"-{chosen.since}-{chosen.until}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}{period}.csv"'
    return response


def _gather(names: tuple[str, ...], chosen: Choice) -> dict[str, Any]:
    questions: dict[str, Callable[[], Any]] = {"scope": lambda: door.asker().get("ticket", "/v1/reports")}
    for name in names:
        questions[name] = lambda name=name: _ask(name, chosen)  # type: ignore[misc]
    return page.gather(**questions)


def _ask(name: str, chosen: Choice) -> dict[str, Any] | None:
    """A report, or None where it cannot be computed now: the page tells so in its place."""
    try:
        answer: dict[str, Any] = door.asker().get(
            "ticket", f"/v1/reports/{name}", limit=ROWS.get(name), **_asked(name, chosen)
        )
    except Retryable:
        return None
    return answer


def _asked(name: str, chosen: Choice) -> dict[str, str]:
    return chosen.present if name in PRESENT else chosen.past


def _page(template: str, place: str, chosen: Choice, scope: dict[str, Any], **given: Any) -> Response:
    return frame.render(
        template,
        place,
        chosen=chosen,
        spans=choice.spans(chosen, str(request.endpoint)),
        groups=narrowing.groups(scope["types"]),
        queues=scope["queues"],
        side_names=cells.side_names(),
        made_at=clock.now(),
        **given,
    )
