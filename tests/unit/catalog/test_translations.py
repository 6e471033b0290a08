"""What the catalog says to people is there in every language, with the same places for values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

SHARED = Path(__file__).parents[3] / "shared"
SAYING = {"Message", "problem", "warning", "unknown", "ExpressionProblem"}


def texts_of(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts_of(node.body)
        yield from texts_of(node.orelse)


def said() -> set[str]:
    """Every sentence that is written in a call which says something: it ends like one."""
    found = set()
    for file in (SHARED / "catalog").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                name = getattr(call.func, "attr", None) or getattr(call.func, "id", "")
                if name in SAYING:
                    found |= {text for argument in call.args for text in texts_of(argument) if text[-1:] in ".?"}
    return found


def test_sentences_are_found() -> None:
    assert {"There is no stage %(word)s.", "Did you mean %(guess)s?", "This must be filled in."} <= said()
    assert len(said()) > 190


@pytest.mark.parametrize("language", ["pt_BR", "es", "en"])
def test_every_sentence_is_translated(language: str) -> None:
    with (SHARED / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        translated = {message.id: message.string for message in read_po(file)}
    for sentence in said():
        assert translated.get(sentence), sentence
        places = re.findall(r"%\(\w+\)s", sentence)
        assert sorted(places) == sorted(re.findall(r"%\(\w+\)s", str(translated[sentence])))
        assert "%" not in re.sub(r"%\(\w+\)s", "", sentence), "a bare % breaks the formatting"
