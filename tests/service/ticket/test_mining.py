"""The reports of the past held against pm4py, a process mining library, on the same log. `make test-heavy` installs it.

What is compared with the plainest computation in every run (`test_reports`) is here compared with others' work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.ids import new_id
from tests.builders import ledger
from tests.builders.ledger import MONDAY, Past, Turn, random_pasts
from tests.service.ticket import mining
from tests.service.ticket.house import House
from tests.service.ticket.test_reports import report
from vez.logs import LogCase, LogEvent, open_log
from vez.logs.model import ACTIVITY, CASE_PREFIX, RESOURCE, TIMESTAMP

HELPDESK = Path(__file__).parents[4] / "shared/data/helpdesk.xes.gz"
CASE = CASE_PREFIX + ACTIVITY
START = "start_timestamp"
PERIOD = "since=2026-01-01&until=2027-12-31&limit=10000"
pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def pm4py() -> Any:
    return pytest.importorskip("pm4py", reason="make test-heavy installs it")


@pytest.fixture(params=["wandering", "helpdesk"])
def cases(request: pytest.FixtureRequest, house: House) -> Sequence[Past]:
    """A made log in which everything happens, and a real one, written as the ledger of ended tickets."""
    if request.param == "wandering":
        found = [
            each for each in random_pasts(11, 400, [house.bruno, house.carla, house.davi]) if each.status != "open"
        ]
    else:
        found = _helpdesk()
    ledger.write(house.world.options.database_url, found)
    return found


def _helpdesk() -> list[Past]:
    """The real log's cases: an entry for each event, held by its resource; the end comes with the last one.

    All begin on one day, so that one report covers the log's four years.
    """
    if not HELPDESK.exists():
        pytest.skip(f"{HELPDESK.name} is not here")
    people: dict[str, str] = defaultdict(new_id)
    return [_past(case, people) for case in open_log(HELPDESK).cases]


def _past(case: LogCase, people: dict[str, str]) -> Past:
    events = sorted(case.events, key=_when)
    apart = MONDAY - _when(events[0])
    turns = [Turn(_when(each) + apart, each.activity, "attendant", people[each.resource or ""]) for each in events]
    return Past(turns=[*turns, Turn(turns[-1].since, turns[-1].stage, "nobody", None, "finished")])


def _when(event: LogEvent) -> datetime:
    found = event.attributes[TIMESTAMP]
    assert isinstance(found, datetime)
    return found


@pytest.fixture
def visited(cases: Sequence[Past]) -> Any:
    """The log as pm4py takes it: an event for each visit to a stage, when it began and when it ended."""
    rows = []
    for case in cases:
        at = case.turns[0].since
        for visit in mining.visits(case):
            left = at + timedelta(seconds=visit.seconds)
            rows.append({CASE: case.id, ACTIVITY: visit.stage, START: at, TIMESTAMP: left, "is_end": visit.is_end})
            at = left
    return pandas().DataFrame(rows)


def pandas() -> Any:
    return pytest.importorskip("pandas")


def told(house: House, name: str) -> list[dict[str, Any]]:
    found = report(house, name, PERIOD)
    assert found["is_whole"]
    return list(found["items"])


def test_variants_are_those_of_pm4py(pm4py: Any, house: House, visited: Any) -> None:
    ours = {tuple(stage["code"] for stage in row["stages"]): row["tickets"] for row in told(house, "variants")}
    assert ours == {way: int(count) for way, count in pm4py.get_variants(visited).items()}
    assert len(ours) > 100


def test_rework_is_that_of_pm4py(pm4py: Any, house: House, visited: Any) -> None:
    ours = {row["stage"]["code"]: row["tickets"] for row in told(house, "rework")}
    assert ours == {stage: int(count) for stage, count in pm4py.get_rework_cases_per_activity(visited).items()}
    assert ours


@pytest.mark.parametrize("measure", ["mean", "median"])
def test_bottlenecks_are_the_service_times_of_pm4py(pm4py: Any, house: House, visited: Any, measure: str) -> None:
    stays = visited[~visited["is_end"]]
    theirs = pm4py.get_service_time(stays, aggregation_measure=measure, start_timestamp_key=START)
    ours = {row["stage"]["code"]: row[f"{measure}_seconds"] for row in told(house, "bottlenecks")}
    assert ours == pytest.approx({stage: float(seconds) for stage, seconds in theirs.items()}, abs=1)


def test_hand_overs_are_those_of_pm4py(pm4py: Any, house: House, cases: Sequence[Past]) -> None:
    """pm4py gives each pair its part of all successions, those within one pair of hands too."""
    held = [[who for turn in case.turns if (who := mining.party(turn)) is not None] for case in cases]
    rows = [
        {CASE: case.id, ACTIVITY: "x", TIMESTAMP: MONDAY + timedelta(seconds=n), RESOURCE: who}
        for case, hands in zip(cases, held, strict=True)
        for n, who in enumerate(hands)
    ]
    network = pm4py.discover_handover_of_work_network(pandas().DataFrame(rows), beta=0)
    successions = sum(len(hands) - 1 for hands in held)
    theirs = {pair: round(part * successions) for pair, part in network.connections.items() if pair[0] != pair[1]}
    ours = {(_key(row["giver"]), _key(row["taker"])): row["hand_overs"] for row in told(house, "hand-overs")}
    assert ours == theirs


def _key(party: dict[str, Any]) -> str:
    return f"queue:{party['id']}" if party["queue"] else party["id"] or party["side"]
