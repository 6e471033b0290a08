"""What is found wrong while a catalog is read and judged: everything, with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from shared.catalog.definitions import Position, Problem
from shared.errors import Message


class Log:
    """Collects problems and warnings. `positions` tells where each path is, and grows while files are read."""

    def __init__(self, positions: Mapping[str, Position] | None = None) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.positions: dict[str, Position] = dict(positions or {})

    def problem(self, path: str, message: str, remedy: str, /, *, at: Position | None = None, **values: Any) -> None:
        """What is wrong at `path`, and what to do; both texts may use `values`."""
        self.problems.append(self._made(path, at, message, remedy, values))

    def warning(self, path: str, message: str, remedy: str, /, *, at: Position | None = None, **values: Any) -> None:
        """What works, but is likely not meant."""
        self.warnings.append(self._made(path, at, message, remedy, values))

    def unknown(
        self, path: str, message: str, word: str, among: Iterable[str], /, *, at: Position | None = None, **values: Any
    ) -> None:
        """A name that is not among those there are: the remedy is the one that was likely meant, else all of them."""
        words = sorted(among)
        close = get_close_matches(word, words, n=1)
        if close:
            self.problem(path, message, "Did you mean %(guess)s?", at=at, word=word, guess=close[0], **values)
        elif words:
            names = ", ".join(words[:20]) + (", …" if len(words) > 20 else "")
            self.problem(path, message, "There are: %(names)s.", at=at, word=word, names=names, **values)
        else:
            self.problem(path, message, "Define it first: there is none yet.", at=at, word=word, **values)

    def where(self, path: str) -> Position:
        """Where that path is in its file, or the nearest thing around it; line 0 where nothing was read from a file."""
        while path and path not in self.positions:
            path = path.rpartition(".")[0]
        return self.positions.get(path, Position("", 0))

    def _made(self, path: str, at: Position | None, message: str, remedy: str, values: Mapping[str, Any]) -> Problem:
        place = at or self.where(path)
        return Problem(
            file=place.file,
            line=place.line,
            path=path,
            message=Message(message, {name: values[name] for name in values if f"%({name})s" in message}),
            remedy=Message(remedy, {name: values[name] for name in values if f"%({name})s" in remedy}),
        )
