"""Answers written beforehand: those that the reader may use, and what may stand in them for something of the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.portal import door, offers, shapes
from services.portal.ask import Refused
from services.portal.tongue import gettext
from shared.errors import Retryable

PAGE = 100
MOST_PAGES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it was written. `scope`: personal or house."""

    id: str
    scope: str
    name: str
    body: str
    version: int


def ask() -> list[Answer]:
    """The reader's own answers and then the house's, by name. Raises Refused, Retryable."""
    found: list[Answer] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page: dict[str, Any] = door.asker().get("ticket", "/v1/canned-answers", limit=PAGE, cursor=cursor)
        found += shapes.several(page, Answer)
        cursor = page.get("next_cursor")
        if cursor is None:
            break
    return sorted(found, key=lambda each: (each.scope == "house", offers.folded(each.name)))


def ask_quietly() -> list[Answer] | None:
    """The same where a page can do without; None for who uses no such answers."""
    if not door.me().may("ticket.attend"):
        return None
    try:
        return ask()
    except (Refused, Retryable):
        return None


def placeholders() -> list[tuple[str, str]]:
    """What may stand in an answer, and what it becomes."""
    return [
        ("client.first_name", gettext("the client's first name")),
        ("client.name", gettext("the client's whole name")),
        ("attendant.name", gettext("your name")),
        ("ticket.number", gettext("the request's number")),
        ("ticket.subject", gettext("the request's subject")),
        ("type.name", gettext("what kind of request it is")),
        ("stage.name", gettext("the stage, as the client reads it")),
        ("house.name", gettext("the house's name")),
    ]
