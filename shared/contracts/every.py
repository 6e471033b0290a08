"""What every service says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared.contracts.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxParked(Event):
    """An event could not be handled and waits for an administrator. `event_id` is the parked event's."""

    name: ClassVar[str] = "inbox.parked"
    aggregate: ClassVar[str] = "event_id"

    event_id: str
    service: str
    event_name: str
    subject_id: str
