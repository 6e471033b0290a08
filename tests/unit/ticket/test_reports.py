"""Periods of reports, and their rows as CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ticket.rules.answers import Named
from services.ticket.rules.periods import MOST_DAYS, Period, period
from services.ticket.rules.reports import ThroughputRow, VariantRow, daily, satisfaction, summed
from services.ticket.rules.tables import FORMULA, csv_of
from shared.errors import Invalid

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ZONES = ("America/Sao_Paulo", "Europe/Lisbon", "Asia/Kathmandu", "Pacific/Auckland", "UTC")
DAYS = st.dates(date(2001, 1, 1), date(2100, 1, 1))


def test_a_period_is_the_last_ninety_days_unless_it_is_said() -> None:
    found = period(None, None, now=NOON, time_zone="America/Sao_Paulo")
    assert (found.since, found.until, len(found.days)) == (date(2025, 12, 11), date(2026, 3, 10), 90)
    assert period(None, date(2026, 1, 31), now=NOON, time_zone="UTC").since == date(2025, 11, 3)
    later = period(date(2026, 5, 1), None, now=NOON, time_zone="UTC")
    assert (later.since, later.until) == (date(2026, 5, 1), date(2026, 5, 1))


def test_today_is_the_readers() -> None:
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    assert period(None, None, now=late, time_zone="America/Sao_Paulo").until == date(2026, 3, 10)
    assert period(None, None, now=late, time_zone="Asia/Kathmandu").until == date(2026, 3, 11)


def test_a_period_that_ends_before_it_begins_or_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid):
        period(date(2026, 3, 2), date(2026, 3, 1), now=NOON, time_zone="UTC")
    first = date(2026, 3, 1) - timedelta(days=MOST_DAYS)
    with pytest.raises(Invalid):
        period(first, date(2026, 3, 1), now=NOON, time_zone="UTC")
    assert len(period(first + timedelta(days=1), date(2026, 3, 1), now=NOON, time_zone="UTC").days) == MOST_DAYS


@given(DAYS, st.integers(0, 400), st.sampled_from(ZONES))
def test_days_follow_one_another_without_gap_however_the_clocks_change(first: date, more: int, zone: str) -> None:
    found = Period(first, first + timedelta(days=more), zone)
    instants = [each.astimezone(UTC) for each in found.beginnings(found.days)]
    assert instants == sorted(set(instants))
    assert (instants[0], instants[-1]) == (found.begin.astimezone(UTC), found.end.astimezone(UTC))
    assert all(timedelta(hours=22) <= b - a <= timedelta(hours=26) for a, b in pairwise(instants))
    assert {day.replace(day=1) for day in found.days} == set(found.months)


def test_a_day_on_which_nothing_happened_has_a_row_too() -> None:
    found = daily(Period(date(2026, 3, 1), date(2026, 3, 3), "UTC"), {date(2026, 3, 2): {"opened": 2}})
    assert [row.opened for row in found] == [0, 2, 0]
    assert summed(found).opened == 2


def test_no_answer_has_no_mean() -> None:
    rows, totals = satisfaction({}, 7)
    assert (len(rows), totals.concluded, totals.mean_score) == (5, 7, None)


class Told(msgspec.Struct, frozen=True):
    name: str
    other: Named | None = None


def parsed(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs",))), st.sampled_from(FORMULA))
def test_no_text_begins_as_a_formula_in_a_spreadsheet(text: str, sign: str) -> None:
    _, (plain, *_) = parsed(csv_of(Told, [Told(text)]))
    _, (run, *_) = parsed(csv_of(Told, [Told(sign + text)]))
    assert not plain.lstrip(" ").startswith(FORMULA)
    assert run == f"'{sign}{text}"


@pytest.mark.parametrize(
    "text", ["=1+1", "+5", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1", '=HYPERLINK("http://x";"y")']
)
def test_what_a_spreadsheet_would_run_is_marked_as_text(text: str) -> None:
    assert parsed(csv_of(Told, [Told(text)]))[1][0] == f"'{text}"


def test_signs_of_the_form_and_lines_stay_within_their_cell() -> None:
    hostile = 'a,b;c"d\r\ne'
    for separator, sign in (("comma", ","), ("semicolon", ";")):
        text = csv_of(Told, [Told(hostile)], separator=separator)
        assert list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))[1][0] == hostile


def test_what_is_null_keeps_its_columns_and_numbers_stay_numbers() -> None:
    assert parsed(csv_of(Told, [Told("x"), Told("y", Named("c", "-1"))])) == [
        ["name", "other_code", "other_name"],
        ["x", "", ""],
        ["y", "c", "'-1"],
    ]
    row = ThroughputRow(date(2026, 3, 1), -3)
    assert parsed(csv_of(ThroughputRow, [row]))[1] == ["2026-03-01", "-3", "0", "0", "0"]


def test_a_way_is_one_cell() -> None:
    row = VariantRow(Named("t", "T"), [Named("a", "=A"), Named("b", "B")], 3, 0.5, 60, 30)
    assert parsed(csv_of(VariantRow, [row]))[1] == ["t", "T", "'=A > B", "3", "0.5", "60", "30"]
