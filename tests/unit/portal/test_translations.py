"""Every text is there in all three languages, with the same places for values, and nothing stale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

PORTAL = Path(__file__).parents[3] / "services" / "portal"
LANGUAGES = ("pt_BR", "en", "es")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}

Key = tuple[str | None, str]


@pytest.fixture(scope="module")
def used() -> set[Key]:
    """The texts in the code and the templates: context and English."""
    found = extract_from_dir(str(PORTAL), METHODS, OPTIONS)
    return {(context, text if isinstance(text, str) else text[0]) for _, _, text, _, context in found}


def catalog(language: str) -> Catalog:
    with (PORTAL / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale=language)


def entries(language: str) -> dict[Key, Message]:
    return {
        (each.context, each.id if isinstance(each.id, str) else each.id[0]): each
        for each in catalog(language)
        if each.id
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_lacks_a_translation(language: str, used: set[Key]) -> None:
    there = entries(language)
    assert sorted(map(str, used - there.keys())) == []
    empty = [key for key, each in there.items() if not each.string or not all(_forms(each))]
    assert empty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_of_a_text_that_is_gone(language: str, used: set[Key]) -> None:
    assert sorted(map(str, entries(language).keys() - used)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_places_of_their_text(language: str) -> None:
    wrong = []
    for key, each in entries(language).items():
        wanted = _places(each.id[-1] if isinstance(each.id, tuple) else str(each.id))
        wrong += [(key, form) for form in _forms(each) if _places(form) != wanted]
    assert wrong == []


def _forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [str(message.string)]


def _places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%%[sd]", text))
