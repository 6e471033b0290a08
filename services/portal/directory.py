"""People by name, e-mail or identifier, for who opens a request for one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.portal import door, shapes
from services.portal.ask import Refused
from shared.errors import Retryable

MOST = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Somebody in the directory."""

    id: str
    name: str
    email: str | None = None
    kind: str | None = None


def ask(words: str) -> Any:
    """The directory's answer to what was typed; nothing typed finds nobody."""
    return door.asker().get("identity", "/v1/directory", q=words, limit=MOST) if words else {"items": []}


def pick(found: Any, person_id: str) -> Entry | None:
    """The person of that id among those found."""
    return next((each for each in shapes.several(found, Entry) if each.id == person_id), None)


def recall(name: str, person_id: str) -> Entry:
    """Who is known by id and name, with what the directory says of them where it can be asked."""
    try:
        found = pick(ask(name), person_id)
    except (Refused, Retryable):
        found = None
    return found or Entry(id=person_id, name=name)
