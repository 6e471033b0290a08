"""Whatever workflow says to people is there in every language, with the same places for values."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from services.workflow.app import TRANSLATIONS
from services.workflow.rules.refusals import TEXTS

SAYING = ("Message", "NotFound", "Forbidden", "Invalid", "Conflict", "UnsupportedMediaType")
PLACES = re.compile(r"%\((\w+)\)s")


def said() -> set[str]:
    """Every text that this service's code says."""
    found = set(TEXTS.values())
    for path in TRANSLATIONS.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAYING and node.args:
                first = node.args[0]
                found |= {first.value} if isinstance(first, ast.Constant) else set()
    return found


def texts(language: str) -> dict[str, str]:
    """A language's texts by key."""
    with (Path(TRANSLATIONS) / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=language) if m.id}


@pytest.mark.parametrize("language", ["pt_BR", "en", "es"])
def test_every_text_is_translated(language: str) -> None:
    there = texts(language)
    assert said() - there.keys() == set()
    assert [key for key, text in there.items() if not text] == []


@pytest.mark.parametrize("language", ["pt_BR", "en", "es"])
def test_translations_keep_the_places_for_values(language: str) -> None:
    assert [k for k, t in texts(language).items() if set(PLACES.findall(k)) != set(PLACES.findall(t))] == []
