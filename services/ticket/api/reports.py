"""Reports, as JSON or as CSV: `GET /v1/reports/{name}`, for who has the permission reports.read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec
from flask import Response, request

from services.ticket.queries import reports
from services.ticket.rules import reports as rows
from services.ticket.rules.tables import csv_of
from services.ticket.schemas import reports as schemas
from shared.http import blueprint, needs, query, read, respond

JSON: Final = "application/json"
CSV: Final = "text/csv"
USUAL_ROWS: Final = 100
View = TypeVar("View", bound=Callable[..., Any])
blp = blueprint("reports", __name__, description="Reports")


def report(name: str, query: type[Any], answer: type[Any]) -> Callable[[View], View]:
    """A report's route: who may call it, what it is asked for, and both forms of what it answers."""

    def add(view: View) -> View:
        forms = {"200": {"content": {CSV: {"schema": {"type": "string"}}}}}
        answered = blp.doc(responses=forms)(blp.response(200, answer)(view))
        guarded = needs("reports.read")(blp.arguments(query(), location="query")(answered))
        return blp.route(f"/reports/{name}")(guarded)  # type: ignore[no-any-return]

    return add


@blp.route("/reports")
@needs("reports.read")
@blp.response(200, schemas.Scope)
def scope() -> Response:
    """By what reports may be narrowed: the types that mine count, and the queues."""
    return query(reports.scope, schemas.Scope)


@report("open", schemas.PresentQuery, schemas.OpenReport)
def open_now(asked: dict[str, Any]) -> Response:
    """Open tickets now, by type, stage and whose turn it is."""
    return _answered("open", reports.open_now, rows.OpenRow, asked)


@report("load", schemas.PeriodQuery, schemas.LoadReport)
def load(asked: dict[str, Any]) -> Response:
    """What each attendant and queue holds now, and how many of what each held last ended in the period."""
    return _answered("load", reports.load, rows.LoadRow, asked)


@report("throughput", schemas.PeriodQuery, schemas.ThroughputReport)
def throughput(asked: dict[str, Any]) -> Response:
    """How many came in and went out on each day."""
    return _answered("throughput", reports.throughput, rows.ThroughputRow, asked, usual=schemas.MOST_ROWS)


@report("times", schemas.PeriodQuery, schemas.TimesReport)
def times(asked: dict[str, Any]) -> Response:
    """How long what was concluded took, and on whose turn, by month."""
    return _answered("times", reports.times, rows.TimesRow, asked)


@report("satisfaction", schemas.PeriodQuery, schemas.SatisfactionReport)
def satisfaction(asked: dict[str, Any]) -> Response:
    """How clients rated what was concluded."""
    return _answered("satisfaction", reports.rated, rows.SatisfactionRow, asked)


@report("bottlenecks", schemas.PeriodQuery, schemas.BottlenecksReport)
def bottlenecks(asked: dict[str, Any]) -> Response:
    """How long each stage kept the tickets that ended in the period, and on whose turn."""
    return _answered("bottlenecks", reports.bottlenecks, rows.BottleneckRow, asked)


@report("waits", schemas.PeriodQuery, schemas.WaitsReport)
def waits(asked: dict[str, Any]) -> Response:
    """How long each side kept the turn of the tickets that ended in the period."""
    return _answered("waits", reports.waits, rows.WaitRow, asked)


@report("variants", schemas.PeriodQuery, schemas.VariantsReport)
def variants(asked: dict[str, Any]) -> Response:
    """By which ways the tickets that ended in the period went through their flows."""
    return _answered("variants", reports.variants, rows.VariantRow, asked)


@report("rework", schemas.PeriodQuery, schemas.ReworkReport)
def rework(asked: dict[str, Any]) -> Response:
    """Which stages the tickets that ended in the period came back to."""
    return _answered("rework", reports.rework, rows.ReworkRow, asked)


@report("loops", schemas.PeriodQuery, schemas.LoopsReport)
def loops(asked: dict[str, Any]) -> Response:
    """From which stage to which the tickets that ended in the period came back."""
    return _answered("loops", reports.loops, rows.LoopRow, asked)


@report("hand-overs", schemas.PeriodQuery, schemas.HandOversReport)
def hand_overs(asked: dict[str, Any]) -> Response:
    """From whom to whom the turn of the tickets that ended in the period passed."""
    return _answered("hand-overs", reports.hand_overs, rows.HandOverRow, asked)


def _answered(
    name: str,
    noun: Callable[[reports.Asking], rows.Report],
    row: type[msgspec.Struct],
    asked: dict[str, Any],
    *,
    usual: int = USUAL_ROWS,
) -> Response:
    is_csv = (asked.pop("format") or _accepted()) == "csv"
    separator, limit = asked.pop("separator"), asked.pop("limit")
    wanted = reports.Asked(**asked, limit=limit or (schemas.MOST_ROWS if is_csv else usual))
    found = read(lambda reader, actor: noun(reports.Asking(reader, actor, wanted)))
    if is_csv:
        response = Response(csv_of(row, found.items, separator=separator), content_type=f"{CSV}; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    else:
        response = respond(found, None)
    response.headers["Vary"] = "Accept"
    return response


def _accepted() -> str:
    return "csv" if request.accept_mimetypes.best_match([JSON, CSV], JSON) == CSV else "json"
