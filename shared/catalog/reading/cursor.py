"""A place in a YAML document: what is there, as the catalog's plain things, or a problem with its line.

Scalars are read as they are written: a code `no` is the text "no" and an amount 0.10 is exactly that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml

from shared.catalog.definitions import DEFAULT_LANGUAGE, LANGUAGES, Position, Texts
from shared.catalog.log import Log

CODE = re.compile(r"[a-z][a-z0-9_]{0,62}")
OPTION_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,62}")
_NULL = "tag:yaml.org,2002:null"
_INTEGER = re.compile(r"-?[0-9]{1,18}")

T = TypeVar("T")
D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A node, the path that names it and where it is said (the line of its key)."""

    log: Log
    node: yaml.Node
    path: str
    position: Position

    def problem(self, message: str, remedy: str, /, **values: Any) -> None:
        self.log.problem(self.path, message, remedy, at=self.position, **values)

    @property
    def is_null(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == _NULL and self.node.style is None

    @property
    def is_scalar(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and not self.is_null

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def text(self) -> str | None:
        """The scalar as written."""
        if self.is_scalar:
            return str(self.node.value)
        self.problem("A text is expected here.", "Write one text.")
        return None

    def code(self, shape: re.Pattern[str] = CODE) -> str | None:
        """A code: what programs, addresses and conditions call a thing."""
        text = self.text()
        if text is None or shape.fullmatch(text):
            return text
        self.problem(
            "%(code)s is not a code.",
            "Codes begin with a small letter and have small letters, digits and _ only, 63 characters at most."
            if shape is CODE
            else "Codes of options have letters, digits and . _ + - only, 63 characters at most.",
            code=text,
        )
        return None

    def word(self, *allowed: str) -> Any:
        """One of a closed set of words."""
        text = self.text()
        if text is None or text in allowed:
            return text
        self.log.unknown(self.path, "%(word)s is not known here.", text, allowed, at=self.position)
        return None

    def integer(self, least: int, most: int) -> int | None:
        """A whole number between two bounds."""
        text = str(self.node.value) if self.is_scalar else ""
        if _INTEGER.fullmatch(text) and least <= int(text) <= most:
            return int(text)
        self.problem(
            "A whole number is expected here.", "Write one from %(least)s to %(most)s.", least=least, most=most
        )
        return None

    def flag(self) -> bool | None:
        """true or false."""
        text = str(self.node.value).lower() if self.is_scalar else ""
        if text in ("true", "false"):
            return text == "true"
        self.problem("Yes or no is expected here.", "Write true or false.")
        return None

    def items(self) -> list[Cursor]:
        """The items of a list, each named by its code where it has one, else by its place."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.problem("A list is expected here.", "Write the items each after a -, or between [ and ].")
            return []
        used: dict[str, int] = {}
        found = []
        for index, node in enumerate(self.node.value):
            name = _name_of(node) or str(index)
            used[name] = used.get(name, 0) + 1
            found.append(self._below(name if used[name] == 1 else f"{name}#{used[name]}", node, node))
        return found

    def each(self, read: Callable[[Cursor], T | None]) -> tuple[T, ...]:
        """What `read` makes of each item, those left out of which it can make nothing."""
        return tuple(made for made in map(read, self.items()) if made is not None)

    def entries(self) -> dict[str, Cursor]:
        """The entries of a mapping, in order. A key given twice is a problem."""
        if not isinstance(self.node, yaml.MappingNode):
            self.problem("Names with their values are expected here.", "Write `name: value`, or {name: value}.")
            return {}
        found: dict[str, Cursor] = {}
        for key, node in self.node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            below = self._below(name, key, node)
            if name in found:
                below.problem(
                    "%(name)s is written twice.",
                    "Keep one; the first is on line %(line)s.",
                    name=name,
                    line=found[name].position.line,
                )
            elif not name:
                below.problem("This is no name.", "Write a plain name before the colon.")
            else:
                found[name] = below
        return found

    def fields(self, *names: str) -> Fields:
        """The entries of a mapping that may have these names and no other."""
        entries = self.entries()
        for name in entries.keys() - set(names):
            entry = entries[name]
            self.log.unknown(entry.path, "%(word)s is not known here.", name, names, at=entry.position)
        return Fields(self, {name: entry for name, entry in entries.items() if name in names and not entry.is_null})

    def texts(self) -> Texts:
        """A text per language; a plain one is the same in all."""
        if self.is_scalar:
            return dict.fromkeys(LANGUAGES, str(self.node.value))
        entries = self.fields(*LANGUAGES).all if self.is_mapping else {}
        texts = {language: entry.text() or "" for language, entry in entries.items()}
        texts = {language: texts[language] for language in LANGUAGES if texts.get(language, "").strip()}
        if DEFAULT_LANGUAGE not in texts:
            self.problem(
                "The pt-BR text is missing.", "Write it: {pt-BR: …, en: …, es: …}, or one text for all languages."
            )
        for language in LANGUAGES:
            if texts and language not in texts and language != DEFAULT_LANGUAGE:
                self.log.warning(
                    self.path,
                    "The %(language)s text is missing.",
                    "The pt-BR text will be shown in its place.",
                    at=self.position,
                    language=language,
                )
        return texts

    def _below(self, name: str, named: yaml.Node, node: yaml.Node) -> Cursor:
        path = f"{self.path}.{name}" if self.path else name
        position = Position(self.position.file, _line_of(named, node))
        self.log.positions.setdefault(path, position)
        return Cursor(self.log, node, path, position)


@dataclass(frozen=True, slots=True)
class Fields:
    """The named parts of a thing."""

    of: Cursor
    all: dict[str, Cursor]

    def get(self, name: str, read: Callable[[Cursor], T | None], default: D) -> T | D:
        """What `read` makes of that part, the default where it is not there or makes nothing."""
        entry = self.all.get(name)
        if entry is None:
            return default
        found = read(entry)
        return default if found is None else found

    def need(self, name: str, read: Callable[[Cursor], T | None]) -> T | None:
        """What `read` makes of that part. That it is not there is a problem."""
        entry = self.all.get(name)
        if entry is not None:
            return read(entry)
        self.of.problem("%(name)s is missing.", "Write `%(name)s: …`.", name=name)
        return None

    def has(self, name: str) -> bool:
        return name in self.all


def _line_of(named: yaml.Node, node: yaml.Node) -> int:
    """Where a thing is said: a text where it begins (a block of lines: at its first), all else where it is named."""
    if not isinstance(node, yaml.ScalarNode) or node.tag == _NULL:
        return named.start_mark.line + 1
    return node.start_mark.line + (2 if node.style in ("|", ">") else 1)


def _name_of(node: yaml.Node) -> str | None:
    """What an item is called in paths: its code, or itself where it is a plain code."""
    code = node
    if isinstance(node, yaml.MappingNode):
        code = next((value for key, value in node.value if key.value == "code"), node)
    elif not isinstance(node, yaml.ScalarNode) or not CODE.fullmatch(node.value):
        return None
    return re.sub(r"[.#]", "_", code.value) or None if isinstance(code, yaml.ScalarNode) else None
