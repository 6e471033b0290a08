"""The live stream's rules: what an open screen hears. It carries ids only; the page asks for what it may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.contracts import Event
from shared.contracts.attachments import AttachmentStored
from shared.contracts.ticket import Commented, TimeLogged

TICKET_GOOD_FOR: Final = timedelta(seconds=30)
PRESENT_FOR: Final = timedelta(seconds=30)
OVERLAP: Final = timedelta(seconds=10)
"""A commit that took long may carry an id this much lower than ids that were read already."""
KEPT_FOR: Final = timedelta(minutes=15)
MOST_TICKETS: Final = 100
CHANGED: Final = "changed"
NOTIFICATION: Final = "notification"
RESET: Final = "reset"
PRESENCE: Final = "presence"
PRESENCE_CHANGED: Final = "presence.changed"


@dataclass(frozen=True, slots=True)
class StreamTicket:
    """The right to open one stream, once and soon: `stream` is the address to open."""

    ticket: str
    stream: str
    tickets: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, as the stream has it."""

    id: str
    name: str
    ticket_id: str | None
    recipients: Collection[str] = ()
    is_internal: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """An open screen: whose it is, which tickets it shows, and whether its reader is on the attendants' side."""

    person_id: str
    tickets: frozenset[str] = frozenset()
    attends: bool = False


def is_internal(event: Event) -> bool:
    """Whether an event is of the attendants' side alone: internal notes and files, time that was worked."""
    if isinstance(event, TimeLogged):
        return True
    if isinstance(event, Commented):
        return event.visibility == "internal"
    return isinstance(event, AttachmentStored) and event.internal


def frame(happening: Happening, screen: Screen) -> tuple[str, dict[str, Any]] | None:
    """The kind and content of what `screen` hears of `happening`, or None."""
    content = {"name": happening.name, "ticket_id": happening.ticket_id}
    if screen.person_id in happening.recipients:
        return NOTIFICATION, content
    if happening.ticket_id not in screen.tickets or (happening.is_internal and not screen.attends):
        return None
    return (PRESENCE if happening.name == PRESENCE_CHANGED else CHANGED), content


def place_of(id: str) -> datetime | None:
    """The instant of a UUIDv7 of ours that a client gave back, or None where it is none."""
    hex_digits = id.replace("-", "")
    try:
        milliseconds = int(hex_digits[:12], 16) if len(hex_digits) == 32 else -1
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
