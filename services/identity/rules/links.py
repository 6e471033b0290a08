"""One-time links: for first access and for a forgotten password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FIRST_ACCESS: Final = "first_access"
PASSWORD_RESET: Final = "password_reset"  # noqa: S105 - a purpose, not a password
MOST_AN_HOUR: Final = 3
"""Links for a forgotten password that one person is sent in an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A one-time link as it is stored; its secret is not stored anywhere."""

    id: str
    person_id: str
    purpose: str
    expires_at: datetime
    used_at: datetime | None
    is_void: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """How long links may be used."""

    first_access: timedelta
    password_reset: timedelta

    def of(self, purpose: str) -> timedelta:
        """The lifetime of a link of that purpose."""
        return self.first_access if purpose == FIRST_ACCESS else self.password_reset


def is_good(link: Link | None, now: datetime) -> bool:
    """Whether a link may be used: it is there, unused, not replaced by a newer one, and not too old."""
    return link is not None and link.used_at is None and not link.is_void and link.expires_at > now


def purpose_for(has_password: bool) -> str:
    """What a link for somebody is for: who never had a password makes their first."""
    return PASSWORD_RESET if has_password else FIRST_ACCESS
