"""What names an event: the classifiers that an XES log declares, and the one that is used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vez.logs.model import ACTIVITY, LogError

TOKEN: Final = re.compile(r"'([^']*)'|(\S+)")
JOINT: Final = "+"


@dataclass(frozen=True, slots=True)
class Classifier:
    """An event's class is the values of these attributes, joined by `+` (as OpenXES and pm4py do)."""

    label: str
    keys: tuple[str, ...]

    def identity(self, texts: Mapping[str, str]) -> str:
        """The class of an event with these attributes; empty where it has none of them."""
        if len(self.keys) == 1:
            return texts.get(self.keys[0], "")
        found = [texts.get(key, "") for key in self.keys]
        return JOINT.join(found) if any(found) else ""


DEFAULT: Final = Classifier(ACTIVITY, (ACTIVITY,))


class Header:
    """The declarations before the first trace."""

    def __init__(self, wanted: str | None) -> None:
        self._wanted = wanted
        self._declared: dict[str, str] = {}
        self._globals: set[str] = set()
        self._of_events = False

    def begin_global(self, attributes: Mapping[str, str]) -> None:
        """What follows is guaranteed for every event, or every trace."""
        self._of_events = attributes.get("scope", "event") == "event"

    def add_global(self, key: str) -> None:
        if self._of_events:
            self._globals.add(key)

    def declare(self, attributes: Mapping[str, str]) -> None:
        """A classifier; those of traces are not ours."""
        if attributes.get("scope", "event") == "event" and attributes.get("keys", "").strip():
            self._declared.setdefault(attributes.get("name", ""), attributes["keys"])

    def choose(self) -> Classifier:
        """The wanted classifier, else the first declared, else `concept:name`. Raises LogError where it is unknown."""
        if self._wanted is not None and self._wanted not in self._declared:
            known = ", ".join(repr(name) for name in self._declared) or "none"
            raise LogError(f"The log declares no classifier {self._wanted!r}. It declares: {known}.")
        name = self._wanted if self._wanted is not None else next(iter(self._declared), None)
        if name is None:
            return DEFAULT
        return Classifier(name, self._keys(self._declared[name]))

    def _keys(self, text: str) -> tuple[str, ...]:
        tokens = [quoted or plain for quoted, plain in TOKEN.findall(text)]
        return tuple(_rejoined(tokens, self._globals))


def _rejoined(tokens: Sequence[str], known: set[str]) -> list[str]:
    """Keys with blanks that were written without quotes, put together by the log's global attributes.

    Real logs have them (`keys="Activity code"`); OpenXES mends them the same way.
    """
    keys: list[str] = []
    at = 0
    while at < len(tokens):
        ends = range(len(tokens), at, -1)
        end = next((end for end in ends if " ".join(tokens[at:end]) in known), at + 1)
        keys.append(" ".join(tokens[at:end]))
        at = end
    return keys
