"""Attributes that never change within a case: what a ticket's parameters can be made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from shared.catalog.kinds import Refused, normal
from shared.catalog.parameters import Kind, Parameter
from shared.catalog.written import MAX_LINES
from vez.logs import EventLog, LogCase, Value

KINDS: Final[Mapping[Kind, frozenset[type]]] = {
    "boolean": frozenset({bool}),
    "integer": frozenset({int}),
    "decimal": frozenset({int, float}),
    "datetime": frozenset({datetime}),
}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(slots=True)
class Constants:
    """Which attributes are still constant within every case seen, and which turned out not to be."""

    seen: dict[str, None] = field(default_factory=dict)
    varying: set[str] = field(default_factory=set)

    @property
    def keys(self) -> list[str]:
        """The constant attributes, in the order of their first appearance."""
        return [key for key in self.seen if key not in self.varying]

    def of_case(self, log: EventLog, case: LogCase) -> dict[str, Value]:
        """The values of this case that may be constant. A missing attribute contradicts nothing."""
        found: dict[str, Value] = {}
        for key, value in case.attributes.items():
            if value != "" and not log.is_extension(key):
                found[key] = value
        own = frozenset(found)
        for event in case.events:
            for key, value in event.attributes.items():
                if key not in self.varying and key not in own and value != "" and not log.is_extension(key):
                    self._meet(found, key, value)
        self.seen.update(dict.fromkeys(found))
        return found

    def _meet(self, found: dict[str, Value], key: str, value: Value) -> None:
        known = found.setdefault(key, value)
        if known != value or type(known) is not type(value):
            self.varying.add(key)
            del found[key]


def kind_of(values: Iterable[Value]) -> Kind:
    """The parameter kind that takes all of these values as they are; long text takes any."""
    distinct = {(type(value), value) for value in values}
    types = frozenset(kind for kind, _ in distinct)
    own = next((kind for kind, held in KINDS.items() if types <= held), None)
    candidates: tuple[Kind, ...] = (own, "text") if own else ("text",)
    return next((kind for kind in candidates if all(_fits(kind, value) for _, value in distinct)), "long_text")


def wire(kind: str, value: Value) -> Any:
    """`value` in the wire form of a parameter of that kind."""
    if kind in ("boolean", "integer"):
        return value
    if kind == "decimal":
        return format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.isoformat()
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value))[:MAX_LINES]


def _fits(kind: Kind, value: Value) -> bool:
    try:
        normal(Parameter(code="any", kind=kind, labels={}), wire(kind, value), date.min)
    except Refused:
        return False
    return True
