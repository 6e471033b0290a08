"""Which passwords are taken: long enough, not endless, and not what everybody knows of the person (NIST SP 800-63B)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shared.errors import Message

SHORTEST: Final = 8
LONGEST: Final = 256


def weakness(password: str, known: Iterable[str | None]) -> Message | None:
    """Why `password` is not taken, or None. `known`: the person's name, e-mail and identifiers."""
    if len(password) < SHORTEST:
        return Message("A password has at least %(shortest)s signs", {"shortest": SHORTEST})
    if len(password) > LONGEST:
        return Message("A password has at most %(longest)s signs", {"longest": LONGEST})
    folded = password.casefold().strip()
    if any(folded == word.casefold() for word in _words(known)):
        return Message("Choose a password that is not your name, e-mail or code")
    if len(set(password)) < 4:
        return Message("Choose a password of more different signs")
    return None


def _words(known: Iterable[str | None]) -> Iterable[str]:
    for word in known:
        if word:
            yield word
            yield word.partition("@")[0]
