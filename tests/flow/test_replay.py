"""An event log played through the public endpoints: what the system remembers is what the log says."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from tests.builders.logs import case, event, written, xes
from tests.support.stack import PASSWORD, Stack
from vez.discover.draft import draft
from vez.discover.survey import survey
from vez.http import Origin
from vez.logs import open_log
from vez.replay.api import Api, Session
from vez.replay.report import Report
from vez.replay.run import How, run

HELPDESK = Path(__file__).parents[3] / "shared/data/helpdesk.xes.gz"
LIFECYCLE = '<classifier name="Activity" keys="concept:name lifecycle:transition"/>'


def replayed(vez: Stack, log: Path, *, most: int | None = None) -> Report:
    found = draft(survey(open_log(log), most=most))
    with Origin(vez.url) as origin:
        return run(Api(origin), Session("admin@vez.test", PASSWORD), found, How(concurrency=16), Console(quiet=True))


def assert_exact(report: Report) -> None:
    assert report.mismatched == []
    assert (report.refusals, report.given_up, report.unfinished) == ({}, [], 0)
    assert report.duplicate_notifications == 0
    assert report.notifications["in_app sent"] > report.cases
    assert not {row for row in report.notifications if row.startswith("mail ") and "suppressed" not in row}


@pytest.fixture(scope="module")
def helpdesk() -> Path:
    if not HELPDESK.exists():
        pytest.skip("the log is not on this machine")
    return HELPDESK


def test_a_log_full_of_thorns_is_remembered_exactly(vez: Stack, tmp_path: Path) -> None:
    """Names that differ by case and accent, self-loops, no resources, times that stand still, life cycles."""
    cases = [
        case(
            f"Case {index}",
            event("Received", "Ana", lifecycle__transition="start", customer="Acme", region="south"),
            *(event("Received", "ana", lifecycle__transition="start") for _ in range(index % 4)),
            event("RECEIVED", "Aná", lifecycle__transition="start"),
            event("done", None, lifecycle__transition="start"),
            event("done", "Ana", lifecycle__transition="complete", score=index),
        )
        for index in range(25)
    ]
    lone = case("Lone", event("done", None, lifecycle__transition="complete"), amount=12)
    report = replayed(vez, written(tmp_path / "thorns.xes.gz", xes(*cases, lone, header=LIFECYCLE)))
    assert_exact(report)
    assert (report.cases, report.classifier) == (26, "Activity")


def test_the_same_log_changed_is_played_by_its_new_version(vez: Stack, tmp_path: Path) -> None:
    first = replayed(vez, written(tmp_path / "twice.xes", xes(*(case(str(n), event("a", "Ana")) for n in range(5)))))
    again = replayed(vez, written(tmp_path / "twice.xes", xes(*(case(str(n), event("b", "Ana")) for n in range(5)))))
    assert_exact(first)
    assert_exact(again)
    assert (first.version, again.version) == (1, 2)
    assert (first.people_created, again.people_created) == (2, 0)


def test_a_hundred_cases_of_a_real_log_are_remembered_exactly(vez: Stack, helpdesk: Path) -> None:
    report = replayed(vez, helpdesk, most=100)
    assert_exact(report)
    assert report.cases == 100


@pytest.mark.heavy
def test_a_whole_real_log_is_remembered_exactly(vez: Stack, helpdesk: Path) -> None:
    report = replayed(vez, helpdesk)
    assert_exact(report)
    assert (report.cases, report.log_events) == (4580, 21348)
