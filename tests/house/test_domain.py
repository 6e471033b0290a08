"""Each sentence of the domain page on a ticket's life and on access is held by tests that are there."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
TABLE: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "domain.yaml").read_text())
SENTENCES = [(f"{part}: {row['says']}", row["tests"]) for part, rows in TABLE.items() for row in rows]


@cache
def held_by(file: str) -> frozenset[str]:
    """The tests of a file, empty where there is none."""
    path = HERE.parent / f"{file}.py"
    if not path.exists():
        return frozenset()
    return frozenset(
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize(("sentence", "tests"), SENTENCES, ids=[sentence for sentence, _ in SENTENCES])
def test_a_sentence_is_held_by_tests_that_are_there(sentence: str, tests: list[str]) -> None:
    missing = [name for name in tests if name.partition("::")[2] not in held_by(name.partition("::")[0])]
    assert tests
    assert missing == []


def test_no_sentence_is_there_twice() -> None:
    said = [sentence for sentence, _ in SENTENCES]
    assert len(set(said)) == len(said)
