"""Codes and e-mail names made of what a log calls things: readable, and never two things under one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 40
_OTHER: Final = re.compile(r"[^a-z0-9]+")


def slug(text: str, joint: str = "_") -> str:
    """Small ASCII letters and digits of `text`, what is between them made `joint`; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return _OTHER.sub(joint, plain).strip(joint)[:LONGEST].rstrip(joint)


class Codes:
    """Hands out codes, each once: a second text with the same slug (by case, accent, length) gets `_2`, and so on.

    A code begins with a letter: `instead` takes the place of a slug that is empty, and goes before a digit.
    """

    def __init__(self, instead: str, *, joint: str = "_", reserved: Iterable[str] = ()) -> None:
        self._instead = instead
        self._joint = joint
        self._taken = set(reserved)
        self._next: dict[str, int] = {}

    def of(self, text: str) -> str:
        """A code for `text` that no earlier call was given."""
        base = slug(text, self._joint) or self._instead
        if base[0].isdigit():
            base = f"{self._instead}{self._joint}{base}"
        code = base
        while code in self._taken:
            number = self._next.get(base, 2)
            self._next[base] = number + 1
            code = f"{base}{self._joint}{number}"
        self._taken.add(code)
        return code
