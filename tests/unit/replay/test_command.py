"""`vez replay` at the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from tests.builders.logs import case, event, written, xes
from tests.support.desk import Desk
from tests.support.origin import origin
from vez.replay.command import replay

CASES = tuple(case(str(index), event("a", "Ana", customer="Acme"), event("b", "Bia")) for index in range(5))


def run(desk: Desk, tmp_path: Path, *arguments: str) -> tuple[Result, dict[str, Any]]:
    log, report = written(tmp_path / "desk.xes.gz", xes(*CASES)), tmp_path / "report.json"
    with origin(desk) as url:
        result = CliRunner().invoke(replay, [str(log), "--url", url, "--json", str(report), *arguments])
    return result, msgspec.json.decode(report.read_bytes()) if report.exists() else {}


def test_the_last_line_counts_mismatches_and_the_file_holds_everything(tmp_path: Path) -> None:
    result, report = run(Desk(), tmp_path, "--cases", "3", "--concurrency", "2")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "mismatches: 0"
    assert (report["cases"], report["log_events"], report["concurrency"], report["mismatches"]) == (3, 6, 2, 0)


def test_mismatches_are_shown_and_end_with_status_1(tmp_path: Path) -> None:
    result, report = run(Desk(lies=True), tmp_path)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "mismatches: 5" == f"mismatches: {report['mismatches']}"
    assert "row 1: log a by" in result.stdout


def test_the_administrators_password_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEZ_ADMIN_PASSWORD", "wrong")
    result, _ = run(Desk(), tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "admin@vez.test cannot sign in" in result.stderr


def test_an_address_that_is_none_is_one_line(tmp_path: Path) -> None:
    log = written(tmp_path / "a.xes", xes(case("1", event("a"))))
    result = CliRunner().invoke(replay, [str(log), "--url", "nowhere"])
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)


def test_a_bad_log_is_told_before_anything_is_called(tmp_path: Path) -> None:
    result = CliRunner().invoke(replay, [str(written(tmp_path / "a.xes", "")), "--url", "http://127.0.0.1:1"])
    assert (result.exit_code, result.stderr) == (1, "Error: a.xes is empty.\n")
