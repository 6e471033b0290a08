"""Business calendars: open time, working days, daylight saving, holidays, midnight; by example and by property."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.workflow.rules import calendar as c
from services.workflow.rules.calendar import Calendar, Hours, Length, NeverOpen
from services.workflow.rules.clock import calendar_of
from shared.catalog import definitions

SAO_PAULO, NEW_YORK = ZoneInfo("America/Sao_Paulo"), ZoneInfo("America/New_York")
DAY = (Hours(8 * 60, 12 * 60), Hours(13 * 60, 18 * 60))
OFFICE = Calendar("America/Sao_Paulo", (DAY,) * 5 + ((), ()), "BR-SP")
ALWAYS = Calendar("UTC", ((Hours(0, 1440),),) * 7)
NIGHTS = Calendar("America/New_York", ((Hours(0, 6 * 60), Hours(22 * 60, 1440)),) * 7)


def at(text: str, zone: ZoneInfo = SAO_PAULO) -> datetime:
    """A local time as an instant: `at("2026-03-10 08:00")`."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def length(text: str) -> Length:
    """`4h`, `30min`, `5d`."""
    unit = next(u for u in ("min", "h", "d") if text.endswith(u))
    return Length(int(text.removesuffix(unit)), unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "within", "end"),
    [
        ("2026-03-10 08:00", "4h", "2026-03-10 12:00"),
        ("2026-03-10 10:00", "4h", "2026-03-10 15:00"),
        ("2026-03-10 17:00", "2h", "2026-03-11 09:00"),
        ("2026-03-10 12:30", "1h", "2026-03-10 14:00"),
        ("2026-03-10 20:00", "1h", "2026-03-11 09:00"),
        ("2026-03-10 06:00", "30min", "2026-03-10 08:30"),
        ("2026-03-13 17:30", "1h", "2026-03-16 08:30"),
        ("2026-03-14 10:00", "1h", "2026-03-16 09:00"),
        ("2026-03-10 08:00", "9h", "2026-03-10 18:00"),
        ("2026-03-10 08:00", "18h", "2026-03-11 18:00"),
        ("2026-04-17 17:00", "2h", "2026-04-20 09:00"),
        ("2026-04-20 17:00", "2h", "2026-04-22 09:00"),
        ("2026-12-24 17:00", "2h", "2026-12-28 09:00"),
    ],
)
def test_h_and_min_count_open_time(start: str, within: str, end: str) -> None:
    assert c.after(OFFICE, at(start), length(within)) == at(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-10 10:00", 1, "2026-03-11 10:00"),
        ("2026-03-13 10:00", 1, "2026-03-16 10:00"),
        ("2026-03-14 10:00", 1, "2026-03-16 10:00"),
        ("2026-03-10 12:30", 1, "2026-03-11 13:00"),
        ("2026-03-10 20:00", 1, "2026-03-12 08:00"),
        ("2026-03-10 06:00", 1, "2026-03-11 08:00"),
        ("2026-03-10 18:00", 1, "2026-03-12 08:00"),
        ("2026-03-09 09:00", 5, "2026-03-16 09:00"),
        ("2026-04-17 09:00", 2, "2026-04-22 09:00"),
        ("2026-12-31 09:00", 1, "2027-01-04 09:00"),
    ],
)
def test_d_counts_working_days_and_ends_at_the_same_time_of_day_moved_into_opening_hours(
    start: str, days: int, end: str
) -> None:
    assert c.after(OFFICE, at(start), Length(days, "d")) == at(end)


@pytest.mark.parametrize("within", ["4h", "90min", "3d"])
def test_without_a_calendar_they_are_plain_time(within: str) -> None:
    start = at("2026-03-14 23:30")
    assert c.after(None, start, length(within)) - start == c.plain(length(within))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 3, 10), True),
        (date(2026, 3, 14), False),
        (date(2026, 4, 21), False),
        (date(2026, 7, 9), False),
        (date(2026, 12, 25), False),
        (date(2026, 11, 20), False),
    ],
)
def test_public_holidays_of_the_country_and_the_state_are_closed(day: date, works: bool) -> None:
    assert c.is_working_day(OFFICE, day) is works


def test_a_day_that_the_house_closes_is_no_working_day() -> None:
    closed = Calendar("UTC", OFFICE.week, None, frozenset({date(2026, 3, 10)}))
    assert not c.is_working_day(closed, date(2026, 3, 10))


def test_the_hour_that_daylight_saving_skips_is_not_open_time() -> None:
    opens, ends = at("2026-03-08 00:00", NEW_YORK), at("2026-03-08 06:00", NEW_YORK)
    assert c.open_time(NIGHTS, opens, ends) == timedelta(hours=5)
    assert c.after_open_time(NIGHTS, opens, timedelta(hours=5)) == ends


def test_the_hour_that_comes_twice_is_open_twice() -> None:
    opens, ends = at("2026-11-01 00:00", NEW_YORK), at("2026-11-01 06:00", NEW_YORK)
    assert c.open_time(NIGHTS, opens, ends) == timedelta(hours=7)


def test_a_time_of_day_that_is_skipped_moves_on() -> None:
    due = c.after(NIGHTS, at("2026-03-07 02:30", NEW_YORK), Length(1, "d"))
    assert due.astimezone(NEW_YORK).date() == date(2026, 3, 8)
    assert due == at("2026-03-08 03:30", NEW_YORK)


def test_open_until_midnight_goes_on_after_it() -> None:
    start = at("2026-06-01 23:30", NEW_YORK)
    assert c.after_open_time(NIGHTS, start, timedelta(hours=1)) == at("2026-06-02 00:30", NEW_YORK)


def test_a_calendar_that_never_opens_carries_no_deadline() -> None:
    shut = Calendar("UTC", ((),) * 7)
    with pytest.raises(NeverOpen):
        c.after_open_time(shut, at("2026-03-10 08:00"), timedelta(hours=1))
    with pytest.raises(NeverOpen):
        c.after(shut, at("2026-03-10 08:00"), Length(1, "d"))


def test_a_catalogs_calendar_becomes_arithmetic() -> None:
    hours = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("08:00", "12:00"), ("13:00", "18:00")))
    wire = definitions.Calendar(code="office", timezone="America/Sao_Paulo", hours=hours, holidays="BR-SP")
    assert calendar_of(wire) == OFFICE
    whole = definitions.Calendar(code="all", timezone="UTC", hours={"mon": (("00:00", "24:00"),)})
    assert calendar_of(whole).week[0] == (Hours(0, 1440),)


# ---- properties --------------------------------------------------------------------------------------------------

instants = st.timedeltas(timedelta(0), timedelta(days=1095)).map(lambda t: datetime(2025, 1, 1, tzinfo=UTC) + t)
spans = st.timedeltas(timedelta(0), timedelta(days=30))
amounts = st.timedeltas(timedelta(minutes=1), timedelta(hours=60))
zones = st.sampled_from(["America/Sao_Paulo", "America/New_York", "Europe/Lisbon", "Asia/Kolkata", "UTC"])


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A calendar that opens at least once a week."""

    def day() -> tuple[Hours, ...]:
        edges = draw(st.lists(st.integers(0, 48), max_size=4, unique=True))
        edges = sorted(edges)[: len(edges) // 2 * 2]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return tuple(Hours(a * 30, b * 30) for a, b in pairs)

    week = [day() for _ in range(7)]
    week[draw(st.integers(0, 6))] = (Hours(540, 1020),)
    return Calendar(draw(zones), tuple(week), draw(st.sampled_from([None, "BR-SP", "US"])))


@settings(deadline=None)
@given(calendars(), instants, spans, spans)
def test_open_time_adds_up_over_any_cut(calendar: Calendar, start: datetime, one: timedelta, two: timedelta) -> None:
    middle, end = start + one, start + one + two
    whole = c.open_time(calendar, start, end)
    assert c.open_time(calendar, start, middle) + c.open_time(calendar, middle, end) == whole
    assert timedelta(0) <= whole <= end - start


@settings(deadline=None)
@given(calendars(), instants, amounts)
def test_after_open_time_is_the_first_instant_by_which_it_has_passed(
    calendar: Calendar, start: datetime, amount: timedelta
) -> None:
    end = c.after_open_time(calendar, start, amount)
    assert c.open_time(calendar, start, end) == amount
    assert c.open_time(calendar, start, end - timedelta(seconds=1)) < amount


@settings(deadline=None)
@given(calendars(), instants, amounts, amounts)
def test_a_longer_deadline_never_ends_earlier(
    calendar: Calendar, start: datetime, one: timedelta, two: timedelta
) -> None:
    ends = [c.after_open_time(calendar, start, amount) for amount in sorted((one, two))]
    assert ends[0] <= ends[1]


@settings(deadline=None)
@given(calendars(), instants, st.integers(1, 12))
def test_working_days_end_in_opening_hours_on_a_working_day_and_never_shrink(
    calendar: Calendar, start: datetime, days: int
) -> None:
    end, next_end = (c.after(calendar, start, Length(n, "d")) for n in (days, days + 1))
    assert start < end <= next_end
    assert c.open_time(calendar, end, end + timedelta(seconds=1)) == timedelta(seconds=1)
    budget = c.open_time(calendar, start, end)
    assert c.after_open_time(calendar, start, budget, late=True) == end


@settings(deadline=None)
@given(instants, spans, st.integers(1, 100))
def test_a_calendar_that_is_always_open_is_plain_time(start: datetime, span: timedelta, hours: int) -> None:
    assert c.open_time(ALWAYS, start, start + span) == span
    assert c.after(ALWAYS, start, Length(hours, "h")) == start + timedelta(hours=hours)


@settings(deadline=None)
@given(calendars(), st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_the_openings_of_a_day_are_in_order_and_do_not_meet_other_days(calendar: Calendar, day: date) -> None:
    zone = ZoneInfo(calendar.zone)
    begins = datetime.combine(day, time(0), tzinfo=zone)
    ends = datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone)
    edges = [edge for opening in c.openings(calendar, day) for edge in opening]
    assert edges == sorted(edges)
    assert all(begins <= edge <= ends for edge in edges)
