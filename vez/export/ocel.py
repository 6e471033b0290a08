"""OCEL 2.0 in JSON: tickets and people are objects, entries into stages are events.

Every value is written as text, as the specification's schema has it (section 8.2); its type is declared beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Final

import msgspec

from vez.discover.survey import CLIENT_ATTRIBUTE
from vez.export.csv import text_of
from vez.export.spool import Spool
from vez.logs import LogCase, LogEvent, Value
from vez.logs.model import ACTIVITY, RESOURCE, TIMESTAMP
from vez.logs.ocel import ALWAYS, NAME, PERSON, TICKET

SAID_OTHERWISE: Final = frozenset({ACTIVITY, RESOURCE, TIMESTAMP, CLIENT_ATTRIBUTE})
"""Attributes that are an event's type and time, an object's id, or a relationship."""


@dataclass(slots=True)
class Types:
    """Which attributes each type of event or object has, and of what type their values are."""

    held: dict[str, dict[str, str]] = field(default_factory=dict)

    def meet(self, name: str, attributes: Mapping[str, Value]) -> None:
        """Learn what something of this type holds; what holds two types of values is text."""
        known = self.held.setdefault(name, {})
        for key, value in attributes.items():
            found = _type_of(value)
            known[key] = found if known.get(key, found) == found else "string"

    def declared(self) -> list[dict[str, Any]]:
        """The declarations, as OCEL has them."""
        return [
            {"name": name, "attributes": [{"name": key, "type": type} for key, type in held.items()]}
            for name, held in self.held.items()
        ]


@dataclass(slots=True)
class Contents:
    """What is in the log, but for the cases themselves."""

    events: Types = field(default_factory=Types)
    objects: Types = field(default_factory=Types)
    people: dict[str, None] = field(default_factory=dict)

    def meet(self, case: LogCase) -> None:
        """Learn the types of a case, and who is in it."""
        self.objects.meet(TICKET, _own(case.attributes))
        self._note(case.attributes.get(CLIENT_ATTRIBUTE))
        for event in case.events:
            self.events.meet(event.activity, _own(event.attributes))
            self._note(event.resource)

    def _note(self, name: Value | None) -> None:
        if isinstance(name, str):
            self.people[name] = None


def write(cases: Iterable[LogCase], out: IO[str], spool: Spool) -> None:
    """Write the cases as a log. Types are known at the end, so the cases are kept in `spool` meanwhile.

    Raises OSError.
    """
    contents = Contents()
    for case in cases:
        spool.add(case)
        contents.meet(case)
    if contents.people:
        contents.objects.meet(PERSON, {NAME: ""})
    out.write('{"objectTypes":' + _json(contents.objects.declared()))
    out.write(',\n"eventTypes":' + _json(contents.events.declared()))
    _list(out, "objects", _objects(contents, spool))
    _list(out, "events", (_event(case, n, event) for case in spool for n, event in enumerate(case.events, start=1)))
    out.write("}\n")


def _list(out: IO[str], name: str, items: Iterable[Any]) -> None:
    out.write(f',\n"{name}":[')
    for n, item in enumerate(items):
        out.write((",\n" if n else "\n") + _json(item))
    out.write("]")


def _objects(contents: Contents, spool: Spool) -> Iterator[dict[str, Any]]:
    for name in contents.people:
        yield {"id": _person(name), "type": PERSON, "attributes": _always({NAME: name}), "relationships": []}
    for case in spool:
        client = case.attributes.get(CLIENT_ATTRIBUTE)
        yield {
            "id": case.name,
            "type": TICKET,
            "attributes": _always(_own(case.attributes)),
            "relationships": [_related(_person(client), CLIENT_ATTRIBUTE)] if client is not None else [],
        }


def _event(case: LogCase, number: int, event: LogEvent) -> dict[str, Any]:
    relationships = [_related(case.name, TICKET)]
    if event.resource is not None:
        relationships.append(_related(_person(event.resource), RESOURCE))
    return {
        "id": f"{case.name}/{number}",
        "type": event.activity,
        "time": text_of(event.attributes[TIMESTAMP]),
        "attributes": [{"name": key, "value": text_of(value)} for key, value in _own(event.attributes).items()],
        "relationships": relationships,
    }


def _always(held: Mapping[str, Value]) -> list[dict[str, str]]:
    return [{"name": key, "time": ALWAYS, "value": text_of(value)} for key, value in held.items()]


def _own(held: Mapping[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in held.items() if key not in SAID_OTHERWISE}


def _related(id: str, qualifier: str) -> dict[str, str]:
    return {"objectId": id, "qualifier": qualifier}


def _person(name: Value) -> str:
    return f"{PERSON}:{name}"


def _type_of(value: Value) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, datetime):
        return "time"
    return "integer" if isinstance(value, int) else "float" if isinstance(value, float) else "string"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
