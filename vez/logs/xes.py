"""XES (IEEE 1849), streamed: cases come while the file is read, in the document's order, in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat  # entities are refused, sizes and depths bounded, below

from vez.logs import classifiers, source, values
from vez.logs.model import (
    ACTIVITY,
    MOST_ATTRIBUTES,
    MOST_KEYS,
    RESOURCE,
    TIMESTAMP,
    EventLog,
    LogCase,
    LogError,
    LogEvent,
    Value,
    parse_instant,
    resource_of,
)

ATTRIBUTES: Final = frozenset({"string", "date", "int", "float", "boolean", "id", "list", "container"})
HOLDERS: Final = frozenset({"log", "trace", "event"})
DEEPEST: Final = 60
LONGEST: Final = 16 * 1024 * 1024
"""Bytes that one piece of markup may take: a longer one would have to be held in memory whole."""


def read(path: Path, classifier: str | None) -> EventLog:
    """The XES log at `path`. Raises LogError where the header is wrong or `classifier` is not declared in it."""
    document = _Document(path.name, classifier)
    cases = _cases(path, document)
    first = next(cases, None)
    if first is None:
        raise LogError(f"{path.name} holds no cases.")
    log = EventLog(source.stem(path), document.classifier.label, _chained(first, cases))
    log.extensions |= document.extensions
    return log


def _chained(first: LogCase, rest: Iterator[LogCase]) -> Iterator[LogCase]:
    yield first
    yield from rest


def _cases(path: Path, document: _Document) -> Iterator[LogCase]:
    with source.opened(path) as stream:
        for piece in source.pieces(stream):
            document.feed(piece)
            while document.ready:
                yield document.ready.popleft()
        document.end()
    yield from document.ready


class _Document:
    """The state of one document between expat's calls: where we are, and the case and event being read."""

    def __init__(self, name: str, wanted: str | None) -> None:
        self.name = name
        self.ready: deque[LogCase] = deque()
        self.extensions: set[str] = set()
        self.header = classifiers.Header(wanted)
        self.classifier = classifiers.DEFAULT
        self._path: list[str] = []
        self._counts = dict.fromkeys(HOLDERS, 0)
        self._counted = "log"
        self._keys: set[str] = set()
        self._case: dict[str, Value] = {}
        self._event: dict[str, Value] = {}
        self._texts: dict[str, str] = {}
        self._events: list[LogEvent] = []
        self._seen = 0
        self._fed = 0
        self._parser = self._expat()

    def _expat(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._refuse_entity
        parser.ExternalEntityRefHandler = self._refuse_entity
        return parser

    def feed(self, piece: bytes) -> None:
        """Read on. Raises LogError."""
        self._fed += len(piece)
        self._parse(piece, final=False)
        if self._fed - self._parser.CurrentByteIndex > LONGEST:
            raise self._wrong("one value or tag is longer than 16 MB")

    def end(self) -> None:
        """The file has ended. Raises LogError where the document has not."""
        self._parse(b"", final=True)

    def _parse(self, piece: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(piece, final)
        except expat.ExpatError as error:
            if final and self._path:
                raise LogError(f"{self.name} is cut short: it ends before </log>. Fetch it again.") from error
            text = expat.ErrorString(error.code)
            kind = "XML" if self._path or self._seen else "an XES log, nor any XML"
            raise LogError(f"{self.name} is not {kind}: line {error.lineno}: {text}.") from error

    def _wrong(self, what: str) -> LogError:
        return LogError(f"{self.name}, line {self._parser.CurrentLineNumber}: {what}.")

    def _refuse_entity(self, *_: object) -> int:
        raise self._wrong("the file declares XML entities, which no log needs; they are refused")

    # -- elements ---------------------------------------------------------------------------------------------------

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        path = self._path
        parent = path[-1] if path else ""
        path.append(tag)
        if tag in ATTRIBUTES or parent not in HOLDERS:
            self._count()
        if tag in ATTRIBUTES:
            self._attribute(parent, tag, attributes)
        elif parent == "log":
            self._part_of_log(tag, attributes)
        elif tag == "event" and parent == "trace":
            self._event, self._texts = {}, {}
            self._enter("event")
        elif not parent and tag != "log":
            raise self._wrong(f"this is not an XES log: its root is <{tag[:40]}>, not <log>")

    def _part_of_log(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "trace":
            if not self._seen:
                self.classifier = self.header.choose()
            self._seen += 1
            self._case, self._events = {}, []
            self._enter("trace")
        elif tag == "event":
            raise self._wrong("an event stands outside of any trace")
        else:
            self._declaration(tag, attributes)

    def _declaration(self, tag: str, attributes: dict[str, str]) -> None:
        self._count()
        if tag == "extension":
            self.extensions.add(attributes.get("prefix", ""))
        elif tag == "global":
            self.header.begin_global(attributes)
        elif tag == "classifier":
            if self._seen:
                raise self._wrong("a classifier is declared after the first trace; XES declares them before")
            self.header.declare(attributes)

    def _enter(self, holder: str) -> None:
        self._counts[holder] = 0
        self._counted = holder

    def _count(self) -> None:
        self._counts[self._counted] += 1
        if self._counts[self._counted] > MOST_ATTRIBUTES:
            raise self._wrong(f"one {self._counted} has more than {MOST_ATTRIBUTES:,} attributes")
        if len(self._path) > DEEPEST:
            raise self._wrong(f"attributes are nested more than {DEEPEST} deep")

    def _attribute(self, parent: str, tag: str, attributes: dict[str, str]) -> None:
        key = attributes.get("key")
        if key is None:
            return
        if parent == "event":
            text = attributes.get("value", "")
            self._texts[key] = text
            self._event[key] = values.typed(tag, text)
            self._known(key)
        elif parent == "trace":
            self._case[key] = values.typed(tag, attributes.get("value", ""))
            self._known(key)
        elif parent == "global":
            self.header.add_global(key)

    def _known(self, key: str) -> None:
        if key not in self._keys:
            self._keys.add(key)
            if len(self._keys) > MOST_KEYS:
                raise self._wrong(f"the log has more than {MOST_KEYS:,} different attributes")

    def _end(self, tag: str) -> None:
        self._path.pop()
        tag = tag.rpartition(":")[2]
        if tag == "event" and self._path[-1] == "trace":
            self._end_event()
        elif tag == "trace" and len(self._path) == 1:
            self._counted = "log"
            name = self._case.get(ACTIVITY)
            self.ready.append(LogCase(str(name or f"case {self._seen}"), self._case, self._events))

    def _end_event(self) -> None:
        self._counted = "trace"
        activity = self.classifier.identity(self._texts)
        if not activity:
            keys = " or ".join(self.classifier.keys)
            raise self._wrong(f"event {len(self._events) + 1} of case {self._case_name()} has no {keys}")
        if TIMESTAMP in self._texts:
            self._check_time(self._texts[TIMESTAMP])
        resource = resource_of(self._texts.get(RESOURCE))
        self._events.append(LogEvent(activity, resource, self._event))

    def _check_time(self, text: str) -> None:
        try:
            parse_instant(text)
        except ValueError as error:
            place = f"event {len(self._events) + 1} of case {self._case_name()}"
            raise self._wrong(f"{place} has a {TIMESTAMP} that is no date: {text[:60]!r}") from error

    def _case_name(self) -> str:
        return str(self._case.get(ACTIVITY, self._seen))
