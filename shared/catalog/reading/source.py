"""From the text of a file to its first cursor."""

from __future__ import annotations

import json
from typing import Final

import yaml

from shared.catalog.definitions import Position
from shared.catalog.log import Log
from shared.catalog.reading.cursor import Cursor

MAX_CHARACTERS: Final = 4_000_000
MAX_DEPTH: Final = 60

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def open_text(log: Log, text: str, name: str) -> Cursor | None:
    """The root of the document, or None with the problem logged. JSON is read as the YAML that it is."""
    top = Position(name, 1)
    if len(text) > MAX_CHARACTERS:
        log.problem("", "The file is too long.", "Split it into several.", at=top)
        return None
    text = _without_tabs(text)
    try:
        if not _is_plain(log, text, top):
            return None
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        _log_error(log, error, top)
        return None
    if node is None:
        log.problem("", "The file is empty.", "Begin it with `catalog: 1`.", at=top)
        return None
    return Cursor(log, node, "", top) if _mended(log, node, top) else None


def _without_tabs(text: str) -> str:
    """JSON may be indented by tabs, which YAML does not know; inside its texts none can be."""
    if "\t" not in text or not text.lstrip().startswith("{"):
        return text
    try:
        json.loads(text)
    except ValueError:
        return text
    return text.replace("\t", " ")


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


def _mended(log: Log, root: yaml.Node, top: Position) -> bool:
    """Joins the pairs in which JSON writes characters beyond U+FFFF; refuses those that no text may hold."""
    good = True
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
        else:
            node.value = node.value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            if "\0" in node.value or "\ufffd" in node.value:
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
