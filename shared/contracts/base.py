"""What every event is, and how it crosses the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import msgspec

REGISTRY: dict[tuple[str, int], type[Event]] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A fact that one service says and others hear. Subclasses set `name` and `aggregate` (the field with the id)."""

    name: ClassVar[str] = ""
    v: ClassVar[int] = 1
    aggregate: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if cls.__dict__.get("name"):
            REGISTRY[(cls.name, cls.v)] = cls

    @property
    def word(self) -> str:
        """The first word of the name: whose number series this event is in."""
        return self.name.partition(".")[0]

    @property
    def aggregate_id(self) -> str:
        """The id of the aggregate that this event belongs to."""
        return str(getattr(self, self.aggregate))


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """An event on its way. `payload` is the event's fields as JSON values; `trace` a W3C trace context."""

    id: str
    name: str
    v: int
    occurred_at: datetime
    aggregate_id: str
    sequence: int
    actor_id: str
    causation_id: str | None = None
    trace: str | None = None
    payload: dict[str, Any]

    @property
    def word(self) -> str:
        return self.name.partition(".")[0]


def encode(event: Event) -> dict[str, Any]:
    """The event's fields as JSON values."""
    return msgspec.to_builtins(event)  # type: ignore[no-any-return]


def decode(name: str, v: int, payload: dict[str, Any]) -> Event:
    """The event that `payload` holds. Unknown fields are ignored, so that additive changes need no new version.

    Raises KeyError where no such event is in this release, msgspec.ValidationError where fields are wrong.
    """
    return msgspec.convert(payload, type=REGISTRY[(name, v)])


def envelope_to_wire(envelope: Envelope) -> dict[str, Any]:
    """The envelope as JSON values."""
    return msgspec.to_builtins(envelope)  # type: ignore[no-any-return]


def envelope_from_wire(wire: dict[str, Any]) -> Envelope:
    """The envelope that JSON values hold. Raises msgspec.ValidationError."""
    return msgspec.convert(wire, type=Envelope)
