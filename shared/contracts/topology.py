"""Which service publishes which aggregate words, and which it hears: the one table of who speaks to whom."""

from __future__ import annotations

from typing import Final

EXCHANGE: Final = "vez.events"

SERVICES: Final = ("ticket", "workflow", "attachments", "notify", "identity")

PUBLISHES: Final[dict[str, frozenset[str]]] = {
    "ticket": frozenset({"ticket", "inbox"}),
    "workflow": frozenset({"flow", "catalog", "type", "queue", "setting", "inbox"}),
    "attachments": frozenset({"attachment", "inbox"}),
    "notify": frozenset({"inbox"}),
    "identity": frozenset({"person", "profile", "link", "inbox"}),
}

HEARS: Final[dict[str, frozenset[str]]] = {
    "ticket": frozenset({"flow", "catalog", "type", "queue", "setting", "attachment", "person", "profile"}),
    "workflow": frozenset({"ticket", "person", "profile"}),
    "attachments": frozenset({"ticket", "type", "setting", "person", "profile"}),
    "notify": frozenset(
        {"ticket", "flow", "type", "queue", "setting", "attachment", "person", "profile", "link", "inbox"}
    ),
    "identity": frozenset(),
}

WHOLE: Final = frozenset({"person", "profile", "setting", "queue", "type", "catalog", "inbox"})
"""Words whose events carry the whole of their subject: the newest wins, an older one is dropped, no order is kept."""


def publishers_of(reader: str) -> tuple[str, ...]:
    """The services whose words `reader` hears, in alphabetical order."""
    return tuple(sorted(s for s in SERVICES if s != reader and PUBLISHES[s] & (HEARS[reader] - {"inbox"}))) or ()


def routing_key(word: str) -> str:
    """The topic key of an aggregate word."""
    return f"{word}.events"
