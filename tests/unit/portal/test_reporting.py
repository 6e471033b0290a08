"""The reports' pages: what is chosen, what cards say, and who may open them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.portal.reporting import cells, choice, dashboard, past
from services.portal.reporting.choice import MOST
from tests.unit.portal.conftest import signed_in
from tests.unit.portal.town import PEOPLE, Town

TODAY = date(2026, 11, 30)
HOSTILE = "\"><script>alert(1)</script>'"
TYPE = {"code": "dispute", "name": HOSTILE, "group": {"code": "finance", "name": "Financeiro"}}
STAGE = {"code": "triage", "name": HOSTILE}
SIDES = {"client_seconds": 3600, "attendant_seconds": 7200, "third_party_seconds": 0, "nobody_seconds": 0}
LENGTHS = {"mean_seconds": 5400, "median_seconds": 3600, "p90_seconds": 7200, "total_seconds": 10800}
WHO = {"side": "attendant", "id": "x", "name": HOSTILE, "queue": False}
CLIENTS = {"side": "client", "id": None, "name": "client", "queue": False}
ITEMS: dict[str, list[dict[str, Any]]] = {
    "open": [
        {
            "type": TYPE,
            "stage": STAGE,
            "side": "attendant",
            "tickets": 3,
            "near": 1,
            "late": 1,
            "oldest_since": "2026-11-20T12:00:00Z",
            "median_seconds": 60,
        }
    ],
    "load": [{"holder": WHO, "is_absent": True, "tickets": 3, "third_party": 0, "near": 1, "late": 1, "ended": 2}],
    "throughput": [
        {"day": str(TODAY - timedelta(days=n)), "opened": 2, "reopened": 0, "concluded": 1, "cancelled": 0}
        for n in range(89, -1, -1)
    ],
    "times": [{"month": "2026-11-01", "tickets": 2, **LENGTHS, **SIDES}],
    "satisfaction": [{"score": score, "ratings": int(score == 5)} for score in range(5, 0, -1)],
    "bottlenecks": [{"type": TYPE, "stage": STAGE, "tickets": 1, "visits": 2, **LENGTHS, **SIDES}],
    "waits": [{"side": "client", "tickets": 1, "turns": 2, **LENGTHS}],
    "variants": [{"type": TYPE, "stages": [STAGE, STAGE], "tickets": 2, "share": 0.001, **LENGTHS}],
    "rework": [{"type": TYPE, "stage": STAGE, "visited": 4, "tickets": 1, "returns": 2, "seconds": 60}],
    "loops": [{"type": TYPE, "from_stage": STAGE, "stage": STAGE, "tickets": 1, "returns": 2}],
    "hand-overs": [{"giver": WHO, "taker": CLIENTS, "tickets": 1, "hand_overs": 2}],
}
TOTALS = {
    "throughput": {"opened": 180, "reopened": 0, "concluded": 90, "cancelled": 0},
    "times": {"tickets": 2, **LENGTHS, **SIDES},
    "satisfaction": {"concluded": 4, "ratings": 1, "mean_score": 5.0},
}


def a_report(name: str, **more: Any) -> dict[str, Any]:
    report = {"items": ITEMS[name], "cases": 7, "one_of": 1, "is_whole": True, "totals": TOTALS.get(name)}
    return {**report, **more}


@pytest.fixture
def helena(app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser in which Helena, who may read reports, has signed in."""
    person = {**PEOPLE["bruno"], "id": "0199d0f0-0000-7000-8000-000000000009", "permissions": ["reports.read"]}
    monkeypatch.setitem(PEOPLE, "helena", person)
    queues = [{"code": "desk", "name": "Recepção"}]
    town.answers["ticket GET /v1/reports"] = {"types": [TYPE], "queues": queues}
    town.answers |= {f"ticket GET /v1/reports/{name}": a_report(name) for name in ITEMS}
    return signed_in(app, "helena")


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [
        ({}, "2026-09-02", "2026-11-30"),
        ({"since": "2026-11-01"}, "2026-11-01", "2026-11-30"),
        ({"until": "2026-03-31"}, "2026-01-01", "2026-03-31"),
        ({"since": "2026-11-30", "until": "2026-11-01"}, "2026-11-01", "2026-11-30"),
        ({"since": "nonsense", "until": "9999-99-99"}, "2026-09-02", "2026-11-30"),
        ({"since": "1066-10-14"}, "2026-09-02", "2026-11-30"),
    ],
)
def test_a_period_that_makes_no_sense_is_mended(asked: dict[str, str], since: str, until: str) -> None:
    found = choice.chosen(asked, TODAY)
    assert (str(found.since), str(found.until)) == (since, until)


def test_a_period_is_no_longer_than_a_report_covers() -> None:
    assert choice.chosen({"since": "2010-01-01"}, TODAY).days == MOST


def test_a_type_or_a_group_is_asked_for_by_its_own_name() -> None:
    assert choice.chosen({"of": "dispute", "queue": "desk"}, TODAY).present == {"type": "dispute", "queue": "desk"}
    found = choice.chosen({"of": "group:finance"}, TODAY)
    assert found.past == {"since": "2026-09-02", "until": "2026-11-30", "group": "finance"}
    assert found.query["of"] == "group:finance"


@pytest.mark.parametrize(("days", "parts"), [(1, 1), (35, 35), (90, 14), (365, 12)])
def test_what_came_in_is_drawn_by_day_week_or_month(pt: None, days: int, parts: int) -> None:
    first = date(2026, 1, 1) if days == 365 else date(2026, 9, 2)
    rows = [
        {"day": str(first + timedelta(days=n)), "opened": 1, "reopened": 1, "concluded": 0, "cancelled": 3}
        for n in range(days)
    ]
    totals = {"opened": days, "reopened": days, "concluded": 0, "cancelled": 3 * days}
    chart = dashboard._throughput(a_report("throughput", items=rows, totals=totals))
    assert chart.plot is not None
    assert len(chart.plot["rows"]) == parts
    assert sum(row["in"] for row in chart.plot["rows"]) == 2 * days
    assert sum(row["out"] for row in chart.plot["rows"]) == 3 * days


def test_each_card_has_as_many_cells_in_a_row_as_headings(pt: None) -> None:
    found: dict[str, Any] = {name: a_report(name) for name in ITEMS}
    charts = [*dashboard.charts(found), *past.cards(found)]
    assert {chart.code for chart in charts} == ITEMS.keys()
    for chart in charts:
        assert chart.table is not None
        assert chart.table.rows, chart.code
        assert {len(row) for row in chart.table.rows} == {len(chart.table.headings)}, chart.code


def test_a_part_below_one_percent_is_not_nothing(pt: None) -> None:
    assert [cells.percent(part) for part in (0, 0.001, 0.01, 0.126, 1)] == ["0%", "< 1%", "1%", "13%", "100%"]


def test_figures_without_data_are_dashes(pt: None) -> None:
    found = dashboard.figures(dict.fromkeys(("open", "times", "satisfaction")))
    assert {each["value"] for each in found} == {"–"}


@pytest.mark.parametrize("page", ["/admin/dashboard", "/admin/history"])
def test_hostile_names_never_become_markup(helena: FlaskClient, page: str) -> None:
    answer = helena.get(page)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    plots = [unescape(part.split('"', 1)[0]) for part in answer.text.split('data-plot="')[1:]]
    assert plots
    assert all(json.loads(plot)["rows"] for plot in plots)


def test_a_report_that_cannot_be_computed_leaves_the_others(helena: FlaskClient, town: Town) -> None:
    town.answers["ticket GET /v1/reports/variants"] = (503, {})
    answer = helena.get("/admin/history")
    assert answer.status_code == 200
    assert "Não é possível calcular isto agora" in answer.text
    assert 'id="report-rework"' in answer.text


def test_a_drawn_report_says_so(helena: FlaskClient, town: Town) -> None:
    town.answers["ticket GET /v1/reports/variants"] = a_report("variants", one_of=7, is_whole=False)
    text = helena.get("/admin/history").text
    assert "Calculado de um em cada 7 deles." in text
    assert "Os primeiros 1; o CSV tem todos." in text


def test_only_who_may_read_reports_opens_them(helena: FlaskClient, bruno: FlaskClient) -> None:
    for path in ("/admin/dashboard", "/admin/history", "/admin/reports/open.csv"):
        assert bruno.get(path).status_code == 403
    assert helena.get("/admin/reports/nothing.csv").status_code == 404
    assert helena.get("/admin").headers["Location"].endswith("/admin/dashboard")
