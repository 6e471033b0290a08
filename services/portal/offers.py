"""The types that the reader may open, by group, and what a search among them finds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from services.portal.shapes import Coded


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A request half written: what a client starts from."""

    code: str
    name: str
    subject: str = ""
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A type that may be opened."""

    code: str
    name: str
    group: Coded
    description: str | None = None
    version: int
    templates: list[Template] = field(default_factory=list)

    def template(self, code: str | None) -> Template | None:
        """Its template of that code."""
        return next((each for each in self.templates if each.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A group and those of its types that were found."""

    group: Coded
    offers: list[Offer]


def shelves(offers: Iterable[Offer], words: str) -> list[Shelf]:
    """The groups in the catalog's order, each with the types in which every searched word occurs."""
    by_group: dict[str, Shelf] = {}
    for offer in offers:
        shelf = by_group.setdefault(offer.group.code, Shelf(group=offer.group, offers=[]))
        if matches(offer, words):
            shelf.offers.append(offer)
    return list(by_group.values())


def matches(offer: Offer, words: str) -> bool:
    """Whether every word occurs in the type's name, its description, its group's name or a template's name."""
    texts = [offer.name, offer.description or "", offer.group.name, *(each.name for each in offer.templates)]
    text = folded(" ".join(texts))
    return all(word in text for word in folded(words).split())


def folded(text: str) -> str:
    """The text in lower case and without accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in spread if not unicodedata.combining(sign))


def marked(text: str, words: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether a searched word found it: accents and case do not count."""
    plain = "".join(folded(sign)[:1] or sign for sign in text)
    hits = [False] * len(text)
    for word in folded(words).split():
        start = plain.find(word)
        while start >= 0:
            hits[start : start + len(word)] = [True] * len(word)
            start = plain.find(word, start + 1)
    pieces: list[tuple[str, bool]] = []
    for sign, hit in zip(text, hits, strict=True):
        if pieces and pieces[-1][1] == hit:
            pieces[-1] = (pieces[-1][0] + sign, hit)
        else:
            pieces.append((sign, hit))
    return pieces
