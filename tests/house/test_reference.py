"""docs/reference is what the code says; `make reference` makes it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.contracts import REGISTRY
from vez import cli
from vez.reference.pages import PAGES

REFERENCE = Path(__file__).parent.parent.parent / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_up_to_date(name: str) -> None:
    path = REFERENCE / f"{name}.md"
    kept = path.read_text() if path.exists() else ""
    assert kept == PAGES[name](), "run make reference"


def test_there_is_no_page_that_nothing_makes() -> None:
    assert {path.stem for path in REFERENCE.iterdir()} == PAGES.keys()


def test_every_event_and_every_command_is_there() -> None:
    events, commands = PAGES["events"](), PAGES["commands"]()
    assert [name for name, _ in REGISTRY if f"### {name}\n" not in events] == []
    assert [name for name in cli.COMMANDS if f"## vez {name}\n" not in commands] == []
