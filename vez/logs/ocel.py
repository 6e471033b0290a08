"""OCEL 2.0 in JSON: objects of one type are the cases, each with the events that are related to it.

An object-centric log has no case of its own: it is flattened for the type that is asked for. The file is one JSON
document whose parts may come in any order, so it is held in memory whole, and its size is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from vez.logs import source
from vez.logs.model import (
    ACTIVITY,
    MOST_ATTRIBUTES,
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
from vez.logs.values import typed

TICKET: Final = "ticket"
PERSON: Final = "person"
NAME: Final = "name"
ALWAYS: Final = "1970-01-01T00:00:00Z"
"""The time of an object's attribute that never changed, as the specification has it."""

LONGEST: Final = 1024 * 1024 * 1024
TAGS: Final = {"integer": "int", "float": "float", "boolean": "boolean", "time": "date"}
"""OCEL's types in XES's words, by which values are read."""


class Attribute(msgspec.Struct):
    """`value` is text by the schema; some tools write it as JSON has it."""

    name: str
    value: str | float | bool | None
    time: str = ALWAYS


class Related(msgspec.Struct):
    objectId: str  # noqa: N815 (the specification's name)
    qualifier: str = ""


class Object(msgspec.Struct):
    id: str
    type: str
    attributes: list[Attribute] = []
    relationships: list[Related] = []


class Event(msgspec.Struct):
    id: str
    type: str
    time: str
    attributes: list[Attribute] = []
    relationships: list[Related] = []


class Declared(msgspec.Struct):
    name: str
    type: str


class Type(msgspec.Struct):
    name: str
    attributes: list[Declared] = []


class Document(msgspec.Struct):
    """A whole log."""

    objectTypes: list[Type]  # noqa: N815
    eventTypes: list[Type]  # noqa: N815
    objects: list[Object]
    events: list[Event]


def read(path: Path, case_type: str | None) -> EventLog:
    """The OCEL log at `path`; its cases are the objects of `case_type`, of `ticket` unless told.

    Raises LogError: no JSON, no OCEL 2.0, no such type, events without a time.
    """
    document = _document(path)
    flat = _Flat(path.name, document, _case_type(path.name, document, case_type))
    if not flat.cases:
        raise LogError(f"{path.name} holds no objects of the type {flat.type!r}.")
    return EventLog(source.stem(path), "event type", flat.walk())


def _document(path: Path) -> Document:
    with source.opened(path) as stream:
        text = stream.read(LONGEST + 1)
    if len(text) > LONGEST:
        raise LogError(f"{path.name} is longer than 1 GB, which an OCEL log must not be here: write it as XES.")
    try:
        return msgspec.json.decode(text, type=Document)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise LogError(f"{path.name} is no OCEL 2.0 log in JSON: {error}.") from error


def _case_type(file: str, document: Document, asked: str | None) -> str:
    names = [type.name for type in document.objectTypes]
    wanted = asked or (TICKET if TICKET in names or len(names) != 1 else names[0])
    if wanted not in names:
        known = ", ".join(map(repr, names)) or "none"
        raise LogError(f"{file} has no objects of the type {wanted!r}. Name one with --case. It has: {known}.")
    return wanted


class _Flat:
    """The log seen from the objects of one type."""

    def __init__(self, file: str, document: Document, type: str) -> None:
        self.file = file
        self.type = type
        self._objects = {one.id: one for one in document.objects}
        self._types = {
            declared.name: {each.name: each.type for each in declared.attributes}
            for declared in (*document.objectTypes, *document.eventTypes)
        }
        self.cases: dict[str, list[tuple[datetime, Event]]] = {o.id: [] for o in document.objects if o.type == type}
        for event in document.events:
            self._place(event)

    def _place(self, event: Event) -> None:
        at = self._time(event)
        for id in dict.fromkeys(related.objectId for related in event.relationships):
            if id in self.cases:
                self.cases[id].append((at, event))

    def _time(self, event: Event) -> datetime:
        try:
            return parse_instant(event.time)
        except ValueError as error:
            raise LogError(
                f"{self.file}: the event {event.id!r} has a time that is no date: {event.time[:60]!r}."
            ) from error

    def walk(self) -> Iterator[LogCase]:
        """The cases in the file's order, the events of each in time."""
        for id, found in self.cases.items():
            found.sort(key=lambda placed: placed[0])
            yield LogCase(id, self._case(self._objects[id]), [self._event(at, event) for at, event in found])

    def _case(self, one: Object) -> dict[str, Value]:
        held = {ACTIVITY: one.id, **self._values(one.type, sorted(one.attributes, key=lambda each: each.time))}
        for related in one.relationships:
            if related.qualifier:
                held.setdefault(related.qualifier, self._named(related.objectId))
        return held

    def _event(self, at: datetime, event: Event) -> LogEvent:
        if not event.type:
            raise LogError(f"{self.file}: the event {event.id!r} has no type.")
        values = self._values(event.type, event.attributes)
        person = next((r.objectId for r in event.relationships if r.qualifier == RESOURCE), None)
        named = self._named(person) if person is not None else values.get(RESOURCE)
        resource = resource_of(None if named is None else str(named))
        held: dict[str, Value] = {ACTIVITY: event.type, TIMESTAMP: at, **values}
        return LogEvent(event.type, resource, held if resource is None else held | {RESOURCE: resource})

    def _values(self, type: str, attributes: list[Attribute]) -> dict[str, Value]:
        if len(attributes) > MOST_ATTRIBUTES:
            raise LogError(f"{self.file}: one {type!r} has more than {MOST_ATTRIBUTES:,} attributes.")
        declared = self._types.get(type, {})
        return {
            each.name: _value(declared.get(each.name, "string"), each.value)
            for each in attributes
            if each.value is not None
        }

    def _named(self, id: str) -> str:
        """What an object is called: its attribute `name`, else its id."""
        found = self._objects.get(id)
        names = (each.value for each in found.attributes if each.name == NAME) if found is not None else ()
        return str(next(iter(names), None) or id)


def _value(type: str, value: Any) -> Value:
    tag = TAGS.get(type, "string")
    if isinstance(value, bool) or not isinstance(value, str):
        return typed(tag, str(value).lower() if isinstance(value, bool) else _plain(value))
    return typed(tag, value)


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)
