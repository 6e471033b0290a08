"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.house import locks

ROOT = Path(__file__).parent.parent.parent
CODE = [p for top in ("shared", "services", "vez") for p in (ROOT / top).rglob("*.py") if "migrations" not in p.parts]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).exists()]


def test_no_file_of_code_has_more_than_400_lines() -> None:
    assert [(str(p), n) for p in CODE if (n := len(p.read_text().splitlines())) > 400] == []


def test_handlers_are_ten_lines_at_most() -> None:
    long = []
    for path in ROOT.glob("services/*/handlers.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                if body and body[-1].end_lineno - body[0].lineno + 1 > 10:  # type: ignore[operator]
                    long.append(f"{path.parent.name}.{node.name}")
    assert long == []


def test_only_the_unit_of_work_commits() -> None:
    found = [str(p) for p in CODE if "vez" not in p.relative_to(ROOT).parts and ".commit(" in p.read_text()]
    assert found == []


def test_tests_patch_no_module_of_ours() -> None:
    pattern = re.compile(r"patch\(\s*[\"'](services|shared)")
    assert [str(p) for p in (ROOT / "tests").rglob("*.py") if pattern.search(p.read_text())] == []


@pytest.mark.parametrize("word", ["task_always_eager" + "=True", "NotImplemented" + "Error", "TO" + "DO", "FIX" + "ME"])
def test_nothing_is_left_for_later(word: str) -> None:
    assert [str(p) for p in CODE if word in p.read_text()] == []


def test_no_path_of_a_machine_and_no_index_address_is_committed() -> None:
    wrong = []
    places = [f"/{top}/[a-z.]" for top in ("root", "home")] + [f"/{'work'}/(?:main|shared)"]
    indexes = [
        rf"{name}\.{rest}" for name, rest in (("pypi", "org"), ("python" + "hosted", "org"), ("registry", "npmjs"))
    ]
    pattern = re.compile("|".join(places + indexes))
    for path in tracked():
        if path.suffix in {".png", ".jpg", ".gz", ".woff2", ".ico"} or path == Path(__file__):
            continue
        text = path.read_text(errors="replace")
        if pattern.search(text):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def test_the_lock_files_are_in_order() -> None:
    assert locks.problems() == []
