"""Identifiers, and the actor on whose behalf something happens."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NewType
from uuid import UUID

import uuid_utils

TicketId = NewType("TicketId", str)
PersonId = NewType("PersonId", str)
OperationId = NewType("OperationId", str)
EventId = NewType("EventId", str)

_TIME_AT: Final = 80
"""The bits below a UUIDv7's milliseconds."""
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


_offset: Callable[[], timedelta] | None = None


def new_id() -> str:
    """A new UUIDv7 (RFC 9562) in its text form: time-ordered, so that indexes grow at one end."""
    return str(uuid_utils.uuid7()) if _offset is None else _moved(_offset())


def follow(offset: Callable[[], timedelta]) -> None:
    """Make ids by a clock that is so far ahead of the system's: where a drill moves the clock, ids move with it."""
    global _offset
    _offset = offset


def _moved(offset: timedelta) -> str:
    """An id of another time, made of one of now: within a millisecond they keep their order."""
    milliseconds = offset // timedelta(milliseconds=1)
    return str(UUID(int=uuid_utils.uuid7().int + (milliseconds << _TIME_AT)))


def is_id(text: str) -> bool:
    """Whether this has the form of an id, in small or capital letters."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, a machine client or a part of the system.

    `permissions` come from the service's own replica of person and profile, never from the token.
    `scopes` are the codes that a profile's `ticket.read` names (`group:CODE`, `type:CODE`).
    """

    id: PersonId
    name: str
    kind: str | None = None
    language: str = "pt-BR"
    time_zone: str = "America/Sao_Paulo"
    permissions: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    is_service: bool = False

    def may(self, permission: str) -> bool:
        """Whether a profile of this actor grants `permission`."""
        return permission in self.permissions


SYSTEM = Actor(id=PersonId("00000000-0000-7000-8000-000000000000"), name="Vez", is_service=True)
