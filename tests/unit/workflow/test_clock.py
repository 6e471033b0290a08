"""A clock as a pure function of the ledger: what counts, what pauses, when it is near and missed, what is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.workflow.rules import clock
from services.workflow.rules import due as due_rules
from services.workflow.rules.calendar import Calendar, Hours
from services.workflow.rules.clock import Beginning, Clock, Mark, Reading, clocks_of, next_at, read
from shared.catalog.definitions import Due
from shared.contracts.workflow import DeadlineMissed, DeadlineNear
from tests.builders.workflow import NOON, a_flow, due, published, stage

HOUR = timedelta(hours=1)
OFFICE = Calendar("UTC", ((Hours(480, 1080),),) * 5 + ((), ()))
MONDAY = datetime(2026, 3, 9, 8, tzinfo=UTC)


def ledger(*rows: tuple[float, str], entry: int = 1, start: datetime = NOON) -> list[Beginning]:
    """A ledger of one stage: (hours after the start, side) of each turn."""
    return [
        Beginning(ordinal=n, since=start + hours * HOUR, side=side, entry=entry, starts=n == 1)
        for n, (hours, side) in enumerate(rows, 1)
    ]


def stage_clock(within: Due, entry: int = 1) -> Clock:
    """The clock of a stage."""
    version = published(stage("desk", due=within)).version
    return clocks_of(version, version.load_stage("desk"), entry, ())[0]


def shows(within: Due, rows: list[Beginning], calendar: Calendar | None = None, hours: float = 0) -> Reading:
    """What a stage's clock shows some hours after the last turn began."""
    return read(stage_clock(within), rows, calendar, rows[-1].since + hours * HOUR)


def test_near_is_75_percent_unless_said_otherwise() -> None:
    one = shows(due("4h"), ledger((0, "attendant")))
    assert (one.due_at, one.near_at) == (NOON + 4 * HOUR, NOON + 3 * HOUR)
    assert shows(due("8h", near=50), ledger((0, "attendant"))).near_at == NOON + 4 * HOUR


@pytest.mark.parametrize("side", ["nobody", "third_party"])
def test_a_stages_clock_pauses_while_the_turn_is_nobodys_or_a_third_partys(side: str) -> None:
    paused = shows(due("4h"), ledger((0, "attendant"), (1, side)), hours=50)
    assert (paused.due_at, paused.near_at, paused.spent) == (None, None, HOUR)
    back = shows(due("4h"), ledger((0, "attendant"), (1, side), (51, "attendant")))
    assert back.due_at == NOON + 54 * HOUR


def test_a_stages_clock_runs_on_the_clients_turn_of_the_clients_stage() -> None:
    assert shows(due("4h"), ledger((0, "client"))).due_at == NOON + 4 * HOUR


def test_a_deadline_that_passed_before_a_pause_stays_missed() -> None:
    assert shows(due("4h"), ledger((0, "attendant"), (9, "nobody"))).due_at == NOON + 4 * HOUR


def test_a_stages_clock_starts_anew_at_each_entry() -> None:
    rows = [*ledger((0, "attendant"), (3, "attendant")), *ledger((9, "attendant"))]
    rows[2] = Beginning(ordinal=3, since=NOON + 9 * HOUR, side="attendant", entry=3)
    assert read(stage_clock(due("4h"), entry=3), rows, None, NOON).due_at == NOON + 13 * HOUR


def test_working_days_left_survive_a_pause_as_open_time() -> None:
    rows = ledger((0, "attendant"), (5, "nobody"), (24 + 5, "attendant"), start=MONDAY)
    assert shows(due("2d"), rows, OFFICE).due_at == MONDAY + timedelta(days=3)
    untouched = ledger((0, "attendant"), start=MONDAY)
    assert shows(due("2d"), untouched, OFFICE).due_at == MONDAY + timedelta(days=2)


def test_a_sides_clock_sums_over_its_stages_and_pauses_elsewhere() -> None:
    version = published(stage("desk"), due_by_side={"attendant": due("10h")}).version
    rows = ledger((0, "attendant"), (4, "client"), (30, "attendant"), (33, "third_party"), (40, "attendant"))
    (one,) = clocks_of(version, version.load_stage("desk"), 5, rows)
    shown = read(one, rows, None, rows[-1].since)
    assert (shown.spent, shown.due_at) == (7 * HOUR, NOON + 43 * HOUR)
    assert [i.why for i in shown.intervals] == ["counted", "other_side", "counted", "third_party", "counted"]
    assert [i.open_seconds / 3600 for i in shown.intervals] == [4, 26, 3, 7, 0]


def test_a_sides_clock_begins_anew_with_a_reopening() -> None:
    version = published(stage("desk"), due_by_side={"attendant": due("10h")}).version
    rows = [
        *ledger((0, "attendant"), (9, "nobody")),
        Beginning(ordinal=3, since=NOON + 50 * HOUR, side="attendant", entry=3, starts=True),
    ]
    (one,) = clocks_of(version, version.load_stage("desk"), 3, rows)
    assert read(one, rows, None, rows[-1].since).due_at == NOON + 60 * HOUR


def test_the_earliest_of_the_deadlines_is_the_one_that_is_shown() -> None:
    version = published(stage("desk", due=due("4h")), due_by_side={"attendant": due("3h")}).version
    rows = ledger((0, "attendant"))
    readings = [read(c, rows, None, NOON) for c in clocks_of(version, version.load_stage("desk"), 1, rows)]
    first = clock.earliest(readings)
    assert first is not None
    assert first.name == "attendant"
    assert clock.earliest([]) is None


def test_a_calendar_that_never_opens_shows_no_deadline() -> None:
    shut = Calendar("UTC", ((),) * 7)
    assert shows(due("4h"), ledger((0, "attendant")), shut).due_at is None


# ---- what is told ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "mark", "told"),
    [
        (2.9, Mark(name="stage", entry=1), []),
        (3, Mark(name="stage", entry=1), [DeadlineNear]),
        (3.5, Mark(name="stage", entry=1, near_told=True), []),
        (4, Mark(name="stage", entry=1, near_told=True), [DeadlineMissed]),
        (5, Mark(name="stage", entry=1), [DeadlineMissed]),
        (5, Mark(name="stage", entry=1, missed_told=True), []),
        (5, Mark(name="stage", entry=0, near_told=True, missed_told=True), [DeadlineMissed]),
    ],
)
def test_each_deadline_is_near_once_and_missed_once(hours: float, mark: Mark, told: list[type]) -> None:
    version = published(stage("desk", due=due("4h")))
    reading = shows(due("4h"), ledger((0, "attendant")))
    got = due_rules.tell(version, a_flow().build(), [reading], {"stage": mark}, NOON + hours * HOUR)
    assert [type(e) for e in got.events] == told
    assert got.stage_missed is (told == [DeadlineMissed])
    again = due_rules.tell(version, a_flow().build(), [reading], got.marks, NOON + hours * HOUR)
    assert again.events == ()


def test_a_flow_is_looked_at_next_at_its_first_untold_deadline_or_wake() -> None:
    reading = shows(due("4h"), ledger((0, "attendant")))
    near_told, told = Mark(name="stage", entry=1, near_told=True), Mark(name="stage", entry=1, missed_told=True)
    assert next_at([reading], {}, None) == NOON + 3 * HOUR
    assert next_at([reading], {"stage": near_told}, None) == NOON + 4 * HOUR
    assert next_at([reading], {"stage": told}, None) is None
    assert next_at([reading], {}, NOON + HOUR) == NOON + HOUR
    assert next_at([], {}, None) is None


# ---- properties ------------------------------------------------------------------------------------------------------

sides = st.sampled_from(["attendant", "client", "nobody", "third_party"])
rows_of = st.lists(st.tuples(st.floats(0.01, 40), sides), min_size=1, max_size=8)
calendars = st.sampled_from([None, OFFICE])


def built(rows: list[tuple[float, str]]) -> list[Beginning]:
    """A ledger of turns that last so long each."""
    hours, found = 0.0, []
    for length, side in rows:
        found.append((hours, side))
        hours += length
    return ledger(*found)


@settings(deadline=None)
@given(rows_of, calendars)
def test_every_minute_of_the_ledger_is_explained_once(rows: list[tuple[float, str]], calendar: Calendar | None) -> None:
    turns = built(rows)
    reading = shows(due("10h"), turns, calendar, hours=3)
    assert [i.since for i in reading.intervals] == [t.since for t in turns]
    assert [i.until for i in reading.intervals] == [*(t.since for t in turns[1:]), None]
    counted = sum(i.open_seconds for i in reading.intervals if i.why == "counted")
    assert counted == pytest.approx(reading.spent.total_seconds(), abs=1)


@settings(deadline=None)
@given(rows_of, calendars, st.floats(0.1, 50))
def test_a_later_look_never_moves_a_deadline_that_is_known(
    rows: list[tuple[float, str]], calendar: Calendar | None, hours: float
) -> None:
    turns = built(rows)
    now, then = shows(due("10h"), turns, calendar), shows(due("10h"), turns, calendar, hours)
    assert (now.due_at, now.near_at) == (then.due_at, then.near_at)


@settings(deadline=None)
@given(rows_of, calendars, st.floats(0.1, 100))
def test_a_pause_never_brings_a_deadline_forward(
    rows: list[tuple[float, str]], calendar: Calendar | None, pause: float
) -> None:
    plain = built([*rows, (1.0, "attendant")])
    paused = built([*rows, (pause, "nobody"), (1.0, "attendant")])
    before, after = shows(due("10h"), plain, calendar), shows(due("10h"), paused, calendar)
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at >= before.due_at
    assert (after.near_at or NOON) <= after.due_at


@settings(deadline=None)
@given(rows_of, calendars)
def test_cutting_a_turn_in_two_of_the_same_side_changes_nothing(
    rows: list[tuple[float, str]], calendar: Calendar | None
) -> None:
    length, side = rows[-1]
    cut = [*rows[:-1], (length / 2, side), (length / 2, side)]
    one, two = shows(due("10h"), built(rows), calendar), shows(due("10h"), built(cut), calendar)
    if one.due_at is None or two.due_at is None:
        assert one.due_at == two.due_at
    else:
        assert abs(one.due_at - two.due_at) < timedelta(milliseconds=1)
