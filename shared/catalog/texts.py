"""Texts by language, as catalogs hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Texts = dict[str, str]

DEFAULT_LANGUAGE: Final = "pt-BR"
LANGUAGES: Final = ("pt-BR", "en", "es")


def text_in(texts: Mapping[str, str], language: str) -> str:
    """The text in that language (`en-GB` reads `en`), else in pt-BR, else empty."""
    if (found := texts.get(language)) is not None:
        return found
    base = language.partition("-")[0]
    if base == "pt":
        base = DEFAULT_LANGUAGE
    return texts.get(base) or texts.get(DEFAULT_LANGUAGE, "")
