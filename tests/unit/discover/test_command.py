"""`vez discover` at the terminal."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from shared.catalog import reading
from tests.builders.logs import case, event, written, xes
from vez.discover.command import discover


def run(*arguments: str) -> Result:
    return CliRunner().invoke(discover, arguments)


def test_writes_a_catalog_that_can_be_applied_and_says_what_it_saw(tmp_path: Path) -> None:
    log = written(tmp_path / "desk.xes.gz", xes(case("1", event("a", "Ana"), event("a", "Ana"))))
    output = tmp_path / "catalog.yaml"
    result = run(str(log), "-o", str(output))
    assert result.exit_code == 0
    assert "desk: 1 cases, 2 events, 1 activities, 1 resources" in result.stderr
    assert reading.read(output.read_text(), "catalog.yaml").types[0].code == "desk"


def test_without_output_the_catalog_goes_to_standard_output(tmp_path: Path) -> None:
    result = run(str(written(tmp_path / "desk.xes", xes(case("1", event("a", "Ana"))))))
    assert reading.read(result.stdout, "-").groups[0].code == "desk"


def test_a_bad_log_is_one_line_and_status_1(tmp_path: Path) -> None:
    result = run(str(written(tmp_path / "a.xes", "nothing")))
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path: Path) -> None:
    log = written(tmp_path / "a.xes", xes(case("1", event("a"))))
    result = run(str(log), "-o", str(tmp_path / "none" / "catalog.yaml"))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
