"""What docs/ says is true of what is there: each link leads somewhere, each name is one that the pages show."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
AUDIENCES = ("clients", "attendants", "administrators")
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(r"\*\*([^*]+)\*\*\s\*\(([^*]+)\)\*")
PLACE = re.compile(r"%\(\w+\)[sd]")


def prose(page: Path) -> str:
    """The page without its examples of code."""
    return re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    plain = [re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings]
    kept = ["".join(sign for sign in text if unicodedata.category(sign)[0] in "LN" or sign in " -_") for text in plain]
    return {text.replace(" ", "-") for text in kept}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    lost = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_every_picture_is_shown_somewhere() -> None:
    shown = {
        (page.parent / link).resolve() for page in PAGES for link in LINK.findall(prose(page)) if "images/" in link
    }
    assert {path.name for path in (ROOT / "docs" / "images").iterdir() if path not in shown} == set()


def shown_texts() -> set[tuple[str, str]]:
    """Every text of the pages, in English and in pt-BR."""
    pairs = set()
    for path in ROOT.glob("services/*/translations/pt_BR/LC_MESSAGES/messages.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                if isinstance(message.id, str) and isinstance(message.string, str):
                    pairs.add((PLACE.sub("…", message.id), PLACE.sub("…", message.string)))
    return pairs


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_guide_names_things_as_the_pages_name_them(audience: str) -> None:
    text = (ROOT / "docs" / "guides" / f"{audience}.md").read_text()
    named = {(" ".join(ours.split()), " ".join(theirs.split())) for ours, theirs in NAMED.findall(text)}
    assert len(named) > 10
    assert named - shown_texts() == set()
