"""From the text of a file to its first cursor."""

from __future__ import annotations

import json
import re
from typing import Final

import yaml

from shared.catalog.definitions import Position
from shared.catalog.log import Log
from shared.catalog.reading.cursor import Cursor

MAX_CHARACTERS: Final = 4_000_000
MAX_DEPTH: Final = 60

_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})")
_UNREADABLE = re.compile("[\\x00\\ud800-\\udfff]")
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def open_text(log: Log, text: str, name: str) -> Cursor | None:
    """The root of the document, or None with the problem logged. JSON is read as the YAML that it is."""
    top = Position(name, 1)
    if len(text) > MAX_CHARACTERS:
        log.problem("", "The file is too long.", "Split it into several.", at=top)
        return None
    text = _as_yaml(text)
    try:
        if not _is_plain(log, text, top):
            return None
        node = yaml.compose(text, Loader=_Loader)
    except UnicodeEncodeError:
        log.problem("", "There are characters in it that cannot be shown.", "Write the text again.", at=top)
        return None
    except yaml.YAMLError as error:
        _log_error(log, error, top)
        return None
    if node is None:
        log.problem("", "The file is empty.", "Begin it with `catalog: 1`.", at=top)
        return None
    return Cursor(log, node, "", top) if _is_readable(log, node, top) else None


def _as_yaml(text: str) -> str:
    """JSON is YAML but for two things: tabs between its parts, and characters beyond U+FFFF written as two escapes."""
    if not text.lstrip().startswith("{") or ("\t" not in text and "\\u" not in text):
        return text
    try:
        json.loads(text)
    except ValueError:
        return text
    return _PAIR.sub(lambda found: found[1] + json.loads(f'"{found[2]}"'), text.replace("\t", " "))


def _is_plain(log: Log, text: str, top: Position) -> bool:
    """Refuses what is nested beyond reason, and aliases, by which a short file can be endless."""
    depth, plain = 0, True
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        at = Position(top.file, event.start_mark.line + 1 if event.start_mark else 1)
        if depth > MAX_DEPTH:
            log.problem("", "The file is nested too deeply.", "A catalog needs a dozen levels.", at=at)
            return False
        if isinstance(event, yaml.AliasEvent):
            log.problem("", "Anchors and aliases (& and *) are not read.", "Write the thing out again.", at=at)
            plain = False
    return plain


def _is_readable(log: Log, root: yaml.Node, top: Position) -> bool:
    """Refuses characters that no text may hold: NUL, and halves of pairs."""
    good = True
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif _UNREADABLE.search(node.value):
            at = Position(top.file, node.start_mark.line + 1)
            log.problem("", "There are characters in it that cannot be shown.", "Write the text again.", at=at)
            good = False
    return good


def _log_error(log: Log, error: yaml.YAMLError, top: Position) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    at = Position(top.file, mark.line + 1) if mark else top
    said = getattr(error, "problem", None) or str(error)
    log.problem(
        "",
        "This is not YAML: %(said)s.",
        "Look at the indentation and the quotes of this line and the one before.",
        at=at,
        said=said,
    )
