"""A replay from sign-in to report, against a pretended system."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from tests.builders.logs import case, event, written, xes
from tests.support.desk import ADMIN, PASSWORD, Desk
from tests.support.origin import origin
from vez.discover.draft import draft
from vez.discover.survey import survey
from vez.http import Origin
from vez.logs import open_log
from vez.replay.api import Api, Session
from vez.replay.people import NoEntry, password_for
from vez.replay.report import Report
from vez.replay.run import How, run

CASES = (
    case("1", event("a", "Ana", customer="Acme"), event("a", "Ana"), event("b", "Bia")),
    case("2", event("b", "Bia", customer="Beta"), event("a", None)),
    *(case(str(index), event("a", "Ana", customer="Acme"), event("b", "Bia")) for index in range(3, 20)),
)
QUICK = How(concurrency=4, settling_seconds=0.5, quiet_seconds=0)


def replayed(
    tmp_path: Path, desk: Desk, how: How = QUICK, *, most: int | None = None, password: str = PASSWORD
) -> Report:
    log = open_log(written(tmp_path / "desk.xes.gz", xes(*CASES)))
    with origin(desk) as url, Origin(url) as one:
        return run(Api(one), Session(ADMIN, password), draft(survey(log, most=most)), how, Console(quiet=True))


@pytest.mark.parametrize("polls", [0, 1])
def test_a_system_that_remembers_rightly_has_no_mismatches(tmp_path: Path, polls: int) -> None:
    desk = Desk(polls=polls)
    report = replayed(tmp_path, desk)
    assert (report.mismatches, report.mismatched) == (0, [])
    assert report.cases == len(desk.tickets) == 19
    assert report.accepted_commands == {"submit": 19, "take": 19, "transfer": 19, "advance": 58}
    assert (report.log_events, report.unfinished, report.refusals) == (39, 0, {})
    assert report.advance_to_new_stage_ms.count == 58
    assert report.notifications == {"in_app sent": 77}
    assert report.duplicate_notifications == 0


def test_an_outcome_that_takes_long_is_asked_for_until_it_is_there(tmp_path: Path) -> None:
    report = replayed(tmp_path, Desk(polls=3), most=4)
    assert (report.cases, report.mismatches, report.unfinished) == (4, 0, 0)
    assert report.polls >= 3 * sum(report.accepted_commands.values())


def test_a_system_that_remembers_otherwise_is_found_out(tmp_path: Path) -> None:
    report = replayed(tmp_path, Desk(lies=True))
    assert report.mismatches == 19
    assert {each.row for each in report.mismatched} == {1}


def test_a_refusal_is_counted_and_its_case_does_not_match(tmp_path: Path) -> None:
    report = replayed(tmp_path, Desk(refuse={"transfer": 200}))
    assert report.refusals == {"no-transfer": 19}
    assert "Not now" in report.refusal_examples["no-transfer"]
    assert report.mismatches == report.unfinished == 19


def test_the_first_case_waits_for_what_was_just_published(tmp_path: Path) -> None:
    report = replayed(tmp_path, Desk(refuse={"take": 1}))
    assert (report.mismatches, report.refusals) == (0, {})


def test_a_late_refusal_is_a_refusal(tmp_path: Path) -> None:
    report = replayed(tmp_path, Desk(late_refusal=True), most=1)
    assert (report.mismatches, report.refusals) == (1, {"too-late": 1})


def test_a_new_version_is_waited_for(tmp_path: Path) -> None:
    desk = Desk(new_version_after=2)
    desk.catalog = {"types": []}
    assert (replayed(tmp_path, desk).mismatches, desk.drafts) == (0, 3)


def test_people_are_made_once_and_told_in_app_only(tmp_path: Path) -> None:
    desk = Desk()
    first, second = replayed(tmp_path, desk), replayed(tmp_path, desk)
    made = [person for email, person in desk.people.items() if email != ADMIN]
    assert (first.people_created, second.people_created) == (5, 0)
    assert first.people_signed_in == second.people_signed_in == 5
    assert {(person["mail"], person["kind"], *person["profiles"]) for person in made} == {
        (False, "customer", "client"),
        (False, None, "attendant"),
    }


def test_with_mail_they_are_told_by_e_mail_too(tmp_path: Path) -> None:
    desk = Desk()
    replayed(tmp_path, desk, replace(QUICK, mail=True))
    assert {person["mail"] for email, person in desk.people.items() if email != ADMIN} == {True}


def test_a_wrong_password_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoEntry, match=r"admin@vez\.test cannot sign in"):
        replayed(tmp_path, Desk(), password="wrong")


def test_somebody_with_another_password_is_told(tmp_path: Path) -> None:
    desk = Desk()
    desk.people["ana@desk.replay.test"] = {"id": "x", "email": "ana@desk.replay.test", "password": "other"}
    with pytest.raises(NoEntry, match=r"ana@desk\.replay\.test is there already, with another password"):
        replayed(tmp_path, desk)


def test_passwords_can_be_made_again_only_by_who_knows_the_secret() -> None:
    assert password_for("s", "a@x") == password_for("s", "a@x")
    assert len({password_for("s", "a@x"), password_for("t", "a@x"), password_for("s", "b@x")}) == 3
