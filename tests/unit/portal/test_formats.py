"""Dates, durations and amounts as people write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from services.portal import formats
from tests.unit.portal.builders import NOON, ago


@pytest.mark.usefixtures("pt")
def test_moments_are_said_relative_to_today() -> None:
    said = {
        0: "hoje, 12h",
        -1: "ontem, 12h",
        1: "amanhã, 12h",
        -3: "sáb, 12h",
        4: "sáb, 12h",
        -7: "17 nov, 12h",
        -400: "20 out 2025, 12h",
    }
    assert {days: formats.when(NOON + timedelta(days=days), NOON) for days in said} == said


@pytest.mark.usefixtures("pt")
def test_the_exact_moment_is_written_out() -> None:
    assert formats.exact(ago(minutes=30)) == "terça-feira, 24 de novembro de 2026, 11h30"


@pytest.mark.usefixtures("pt")
def test_durations_have_their_two_largest_units() -> None:
    lengths = {
        "menos de 1 min": timedelta(seconds=20),
        "25 min": timedelta(minutes=25),
        "2 h 28 min": timedelta(hours=2, minutes=28),
        "3 h": timedelta(hours=3),
        "1 dia 16 h": timedelta(days=1, hours=16),
        "5 dias": timedelta(days=5, minutes=5),
        "40 dias": timedelta(days=40, hours=3),
    }
    assert {formats.lasting(length): length for length in lengths.values()} == lengths


@pytest.mark.usefixtures("pt")
def test_a_deadline_is_late_near_or_far() -> None:
    assert formats.urgency(ago(minutes=1), now=NOON) == "late"
    assert formats.urgency(NOON + timedelta(hours=23), now=NOON) == "near"
    assert formats.urgency(NOON + timedelta(hours=25), now=NOON) == "far"
    assert formats.urgency(NOON + timedelta(hours=23), near=NOON + timedelta(hours=20), now=NOON) == "far"


@pytest.mark.usefixtures("pt")
def test_a_missed_deadline_says_by_how_much() -> None:
    assert formats.deadline(ago(hours=2), NOON) == "há 2 h"


@pytest.mark.usefixtures("pt")
def test_sizes_money_and_days_follow_the_language() -> None:
    assert [formats.size(number) for number in (0, 999, 214_000, 8_400_000, 250_000_000)] == [
        "0 B",
        "999 B",
        "214 KB",
        "8,4 MB",
        "250 MB",
    ]
    assert formats.money("1284.90") == "R$\xa01.284,90"
    assert formats.amount("1284.9") == "1.284,90"
    assert formats.whole_day(date(2026, 12, 4)) == "4 dez 2026"


@pytest.mark.parametrize(("locale", "said"), [("en", "yesterday, 2:30 PM"), ("es", "ayer, 14:30")])
def test_other_languages_write_times_their_own_way(app: Flask, locale: str, said: str) -> None:
    with app.test_request_context(), force_locale(locale):
        assert formats.when(ago(hours=21, minutes=30), NOON) == said
