"""`vez catalog rehearse` on an event log: what `discover` drew holds, and what was then changed is told."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml
from click.testing import CliRunner, Result

from tests.builders.logs import case, event, xes
from vez.catalog.command import catalog
from vez.discover.command import discover

CASES = (
    case("1", event("Register", "Ana", minute=0), event("Check", "Bruno", minute=60), event("Pay", "Bruno", minute=90)),
    case("2", event("Register", "Ana", minute=5), event("Pay", "Carla", minute=30)),
)


@pytest.fixture
def drawn(tmp_path: Path) -> tuple[Path, Path]:
    """A log and the catalog that was discovered in it."""
    log, file = tmp_path / "claims.xes", tmp_path / "catalog.yaml"
    log.write_text(xes(*CASES))
    assert CliRunner().invoke(discover, [str(log), "-o", str(file)]).exit_code == 0
    return log, file


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(catalog, ["rehearse", *map(str, arguments)])


def changed(file: Path, stage: str, transition: str | None) -> None:
    """The catalog without one transition of a stage."""
    document = yaml.safe_load(file.read_text())
    (found,) = (s for s in document["types"][0]["flow"]["stages"] if s["code"] == stage)
    found["transitions"] = [t for t in found["transitions"] if t["code"] != transition]
    file.write_text(yaml.safe_dump(document))


def test_what_was_discovered_in_a_log_stands_its_rehearsal(drawn: tuple[Path, Path], tmp_path: Path) -> None:
    log, file = drawn
    done = run(file, "--log", log, "--json", tmp_path / "report.json")

    assert done.exit_code == 0, done.output
    assert "Nothing speaks against the draft." in done.output
    report = msgspec.json.decode((tmp_path / "report.json").read_bytes())
    assert report["failed_by"] == []
    (told,) = report["types"]
    assert (told["tickets"], told["ended"]) == (2, 2)
    assert told["refused"] == told["unfinished"] == told["nobody"] == []
    assert told["median_seconds"] == {"recorded": 3450.0, "rehearsed": 3450.0}


def test_a_step_that_was_taken_out_fails_the_rehearsal_and_says_where(drawn: tuple[Path, Path]) -> None:
    log, file = drawn
    changed(file, "register", "pay")
    done = run(file, "--log", log)

    assert done.exit_code == 1
    assert "register: pay (unknown-transition): 1 ticket (as 2)" in done.output
    assert "Failed by: refused, unfinished." in done.output
    assert run(file, "--log", log, "--fail-on", "nothing").exit_code == 0
    assert run(file, "--log", log, "--fail-on", "dead-ends").exit_code == 0


def test_tickets_from_before_are_left_out(drawn: tuple[Path, Path]) -> None:
    log, file = drawn
    done = run(file, "--log", log, "--since", "1h")

    assert done.exit_code == 0
    assert "nothing was rehearsed" in done.output


def test_wrong_calls_say_what_to_do(drawn: tuple[Path, Path], tmp_path: Path) -> None:
    log, file = drawn
    broken = tmp_path / "broken.yaml"
    broken.write_text("catalog: 1\ntypes: [{code: a}]\n")

    assert "write days or hours, as 90d or 12h" in run(file, "--log", log, "--since", "soon").output
    assert "The draft has no type nope; it has claims." in run(file, "--log", log, "--type", "nope").output
    assert "goes with --log" in run(file, "--default-attendant", "a@b.test").output
    invalid = run(broken, "--log", log)
    assert invalid.exit_code == 1
    assert "broken.yaml:2" in invalid.output


def test_the_page_tells_what_the_text_tells_and_takes_nothing_for_markup(
    drawn: tuple[Path, Path], tmp_path: Path
) -> None:
    log, file = drawn
    log.write_text(log.read_text().replace("Carla", "&lt;img src=x&gt;"))
    assert CliRunner().invoke(discover, [str(log), "-o", str(file)]).exit_code == 0
    changed(file, "register", "pay")
    page = tmp_path / "<b>page.html"
    assert run(file, "--log", log, "--page", page).exit_code == 1
    text = page.read_text()
    assert "Failed by: refused" in text
    assert "register: pay (unknown-transition)" in text
    assert "From submission to end" in text
    assert "<img" not in text
    assert "<script" not in text


def test_a_page_for_a_draft_that_nothing_speaks_against_says_so(drawn: tuple[Path, Path], tmp_path: Path) -> None:
    log, file = drawn
    assert run(file, "--log", log, "--page", tmp_path / "page.html").exit_code == 0
    text = (tmp_path / "page.html").read_text()
    assert "Nothing speaks against the draft" in text
    assert "Refused" not in text
