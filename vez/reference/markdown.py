"""Small pieces of Markdown."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from typing import Any

MADE = "<!-- Made from the code by `make reference`. Do not edit. -->"


def page(title: str, about: str, parts: Iterable[str]) -> str:
    """A whole page."""
    return "\n\n".join([MADE, f"# {title}", about, *parts]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a `|` in a cell is kept from ending it."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(text: str) -> str:
    """As code; nothing where there is none."""
    return f"`{text}`" if text else ""


def said(thing: Any) -> str:
    """What a docstring says, as one paragraph; empty where it says nothing of its own."""
    text = inspect.cleandoc(getattr(thing, "__doc__", "") or "")
    paragraph = text.partition("\n\n")[0]
    return "" if paragraph.startswith(f"{getattr(thing, '__name__', '?')}(") else " ".join(paragraph.split())
