"""Long checks are run where what they depend on changed, and what they depend on is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import changed
from tests.changed import CHECKS, Check


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_what_a_check_depends_on_and_runs_is_there(check: Check) -> None:
    for pattern in check.inputs:
        assert list(changed.ROOT.glob(pattern)), pattern
    assert (changed.ROOT / check.tests[0]).exists()
    assert check.tests[0].startswith(f"tests/{check.kind}")


def test_only_checks_that_there_are_have_passed() -> None:
    assert changed.passed().keys() <= {check.name for check in CHECKS}


def test_another_content_and_another_name_are_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(changed, "ROOT", tmp_path)
    monkeypatch.setattr(changed, "PASSED", tmp_path / "passed.json")
    check = Check("one", (), "flow", ("*.txt",))
    monkeypatch.setattr(changed, "CHECKS", (check,))
    (tmp_path / "a.txt").write_text("first")
    assert changed.changed() == [check]
    changed.record([check])
    assert changed.changed() == []
    (tmp_path / "a.txt").write_text("second")
    assert changed.changed() == [check]
    changed.record([check])
    (tmp_path / "a.txt").rename(tmp_path / "b.txt")
    assert changed.changed() == [check]


def test_ci_runs_them_after_the_rest() -> None:
    lines = (changed.ROOT / ".ci/run").read_text().splitlines()
    assert lines.index("make test") < lines.index("make test-changed")
