"""What the identity service says. Both events carry the whole of their subject: the newest wins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from shared.contracts.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonChanged(Event):
    """`signed_out_at`: tokens issued before are refused; `ended_sessions`: whose tokens may still live.

    `erased`: nothing of the person is left here but the id, and nothing is to be left anywhere else.
    """

    name: ClassVar[str] = "person.changed"
    aggregate: ClassVar[str] = "person_id"

    person_id: str
    display_name: str
    email: str | None
    kind: str | None
    language: str
    time_zone: str
    profiles: list[str] = field(default_factory=list)
    is_active: bool = True
    superior_id: str | None = None
    substitute_id: str | None = None
    absent: bool = False
    machine: bool = False
    guardians: list[str] = field(default_factory=list)
    organisation_id: str | None = None
    mail: bool = True
    signed_out_at: datetime | None = None
    ended_sessions: list[str] = field(default_factory=list)
    erased: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileChanged(Event):
    """`permissions` by name; `scopes`: what its `ticket.read` covers (`group:CODE`, `type:CODE`)."""

    name: ClassVar[str] = "profile.changed"
    aggregate: ClassVar[str] = "code"

    code: str
    names: dict[str, str] = field(default_factory=dict)
    permissions: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    retired: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkMade(Event):
    """A one-time link waits for a person. It carries no secret: who sends it asks identity for the address."""

    name: ClassVar[str] = "link.made"
    aggregate: ClassVar[str] = "link_id"

    link_id: str
    person_id: str
    purpose: str
    expires_at: datetime
