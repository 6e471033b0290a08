"""Every text that this service says to people exists in each language, and keeps its places."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import services.attachments
import shared
from services.attachments.rules import reasons
from shared.http.languages import LANGUAGES
from tests.unit.ticket.test_translations import texts_of

SERVICE = Path(services.attachments.__file__).parent
SHARED = Path(shared.__file__).parent
PLACES = re.compile(r"%\(\w+\)s")


def catalog_of(folder: Path, language: str) -> dict[str, str]:
    path = folder / "translations" / language.replace("-", "_") / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        return {str(m.id): str(m.string) for m in read_po(source) if m.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there(language: str) -> None:
    known = {**catalog_of(SHARED, language), **catalog_of(SERVICE, language)}
    rooms = ("commands", "queries", "api", "access", "gateways")
    paths = [path for room in rooms for path in (SERVICE / room).rglob("*.py")]
    paths += [SERVICE / "schemas.py", SERVICE / "rules" / "rights.py", SERVICE / "rules" / "files.py"]
    said = {text for path in paths for text in texts_of(path)}
    said -= {text for text in said if text.startswith("VEZ_")}
    assert len(said) > 15
    assert sorted(text for text in said if not known.get(text)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_there(language: str) -> None:
    mine = catalog_of(SERVICE, language)
    wanted = {value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}
    assert len(wanted) > 20
    assert sorted(wanted - mine.keys()) == []
    theirs = catalog_of(SERVICE.parent / "notify", language)
    assert sorted(wanted - theirs.keys()) == [], "who sent a file is told why it was refused"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_their_places(language: str) -> None:
    for text, translated in catalog_of(SERVICE, language).items():
        assert sorted(PLACES.findall(text)) == sorted(PLACES.findall(translated)), text
