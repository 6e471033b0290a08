"""Reports, as JSON or as CSV: `GET /v1/reports/{name}`, for who has the permission reports.read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

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
blp = blueprint("reports", __name__, description="Reports")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A report: what it says, who computes it, its rows, its whole, what it is asked for, how many rows usually."""

    name: str
    says: str
    noun: Callable[[reports.Asking], rows.Report]
    row: type[msgspec.Struct]
    answer: type[schemas.Report]
    query: type[schemas.PresentQuery] = schemas.PeriodQuery
    usual: int = USUAL_ROWS


KINDS: Final = (
    Kind(
        name="open",
        says="Open tickets now, by type, stage and whose turn it is.",
        noun=reports.open_now,
        row=rows.OpenRow,
        answer=schemas.OpenReport,
        query=schemas.PresentQuery,
    ),
    Kind(
        name="load",
        says="What each attendant and queue holds now, and how many of what each held last ended in the period.",
        noun=reports.load,
        row=rows.LoadRow,
        answer=schemas.LoadReport,
    ),
    Kind(
        name="throughput",
        says="How many came in and went out on each day.",
        noun=reports.throughput,
        row=rows.ThroughputRow,
        answer=schemas.ThroughputReport,
        usual=schemas.MOST_ROWS,
    ),
    Kind(
        name="times",
        says="How long what was concluded took, and on whose turn, by month.",
        noun=reports.times,
        row=rows.TimesRow,
        answer=schemas.TimesReport,
    ),
    Kind(
        name="satisfaction",
        says="How clients rated what was concluded.",
        noun=reports.rated,
        row=rows.SatisfactionRow,
        answer=schemas.SatisfactionReport,
    ),
    Kind(
        name="bottlenecks",
        says="How long each stage kept the tickets that ended in the period, and on whose turn.",
        noun=reports.bottlenecks,
        row=rows.BottleneckRow,
        answer=schemas.BottleneckReport,
    ),
    Kind(
        name="waits",
        says="How long each side kept the turn of the tickets that ended in the period.",
        noun=reports.waits,
        row=rows.WaitRow,
        answer=schemas.WaitReport,
    ),
    Kind(
        name="variants",
        says="By which ways the tickets that ended in the period went through their flows.",
        noun=reports.variants,
        row=rows.VariantRow,
        answer=schemas.VariantReport,
    ),
    Kind(
        name="rework",
        says="Which stages the tickets that ended in the period came back to.",
        noun=reports.rework,
        row=rows.ReworkRow,
        answer=schemas.ReworkReport,
    ),
    Kind(
        name="loops",
        says="From which stage to which the tickets that ended in the period came back.",
        noun=reports.loops,
        row=rows.LoopRow,
        answer=schemas.LoopReport,
    ),
    Kind(
        name="hand-overs",
        says="From whom to whom the turn of the tickets that ended in the period passed.",
        noun=reports.hand_overs,
        row=rows.HandOverRow,
        answer=schemas.HandOverReport,
    ),
)


@blp.route("/reports")
@needs("reports.read")
@blp.response(200, schemas.Scope)
def scope() -> Response:
    """By what reports may be narrowed: the types that mine count, and the queues."""
    return query(reports.scope, schemas.Scope)


def _add(kind: Kind) -> None:
    """The route of a report, in both its forms."""

    def view(asked: dict[str, Any]) -> Response:
        return _answered(kind, asked)

    view.__name__, view.__doc__ = kind.name.replace("-", "_"), kind.says
    forms = {"200": {"content": {CSV: {"schema": {"type": "string"}}}}}
    answered = blp.doc(responses=forms)(blp.response(200, kind.answer)(view))
    guarded = needs("reports.read")(blp.arguments(kind.query(), location="query")(answered))
    blp.route(f"/reports/{kind.name}")(guarded)


for _kind in KINDS:
    _add(_kind)


def _answered(kind: Kind, asked: dict[str, Any]) -> Response:
    is_csv = (asked.pop("format") or _accepted()) == "csv"
    separator, limit = asked.pop("separator"), asked.pop("limit")
    wanted = reports.Asked(**asked, limit=limit or (schemas.MOST_ROWS if is_csv else kind.usual))
    found = read(lambda reader, actor: kind.noun(reports.Asking(reader, actor, wanted)))
    if is_csv:
        response = Response(csv_of(kind.row, found.items, separator=separator), content_type=f"{CSV}; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{kind.name}.csv"'
    else:
        response = respond(found, None)
    response.headers["Vary"] = "Accept"
    return response


def _accepted() -> str:
    return "csv" if request.accept_mimetypes.best_match([JSON, CSV], JSON) == CSV else "json"
