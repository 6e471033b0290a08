"""Every text that this service says to people exists in each language, and keeps its places."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import services.ticket
import shared
from shared.http.languages import LANGUAGES

SERVICE = Path(services.ticket.__file__).parent
SHARED = Path(shared.__file__).parent
SPEAKING = ("rules", "commands", "queries", "schemas", "api", "access")
PLACES = re.compile(r"%\(\w+\)s")
NO_TEXTS = re.compile(r"^(Location|Preference-Applied)$|^[A-Z]+$|^\s|/|`|^CREATE|^WITH |^SELECT|^FROM |::")


def texts_of(path: Path) -> set[str]:
    """The sentences among a module's constants; its docstrings and the routes' descriptions are none."""
    tree = ast.parse(path.read_text())
    spoken = set()
    silent = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    silent |= {
        id(k.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for k in node.keywords
        if k.arg in ("description", "says")
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            text = node.value
            if (text[:1].isupper() or text.startswith("%(")) and " " in text and not NO_TEXTS.search(text):
                spoken.add(text)
    return spoken


def catalog_of(folder: Path, language: str) -> dict[str, str]:
    path = folder / "translations" / language.replace("-", "_") / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        return {str(m.id): str(m.string) for m in read_po(source) if m.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there(language: str) -> None:
    known = {**catalog_of(SHARED, language), **catalog_of(SERVICE, language)}
    said = {text for room in SPEAKING for path in (SERVICE / room).rglob("*.py") for text in texts_of(path)}
    assert len(said) > 60
    assert sorted(text for text in said if not known.get(text)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_the_flow_refuses_is_told_here_too(language: str) -> None:
    theirs = catalog_of(SERVICE.parent / "workflow", language)
    refusals = (SERVICE.parent / "workflow" / "rules" / "refusals.py").read_text()
    mine = catalog_of(SERVICE, language)
    wanted = {text for text in theirs if f'"{text}"' in refusals}
    assert len(wanted) > 20
    assert sorted(wanted - mine.keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_their_places(language: str) -> None:
    for text, translated in catalog_of(SERVICE, language).items():
        assert sorted(PLACES.findall(text)) == sorted(PLACES.findall(translated)), text
