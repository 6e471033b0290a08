"""Whether mail reaches a person, as the notify service learned it from the servers of their address."""

from __future__ import annotations

from dataclasses import dataclass

from services.portal import door
from services.portal.ask import Refused
from shared.errors import Retryable


@dataclass(frozen=True, slots=True)
class Trouble:
    """An address that refused mail for good: what its server said, and since when, as on the wire."""

    email: str
    reason: str
    since: str


def trouble(person_id: str) -> Trouble | None:
    """Why no mail reaches a person; None where it does, and while nobody can be asked: the page is shown without."""
    try:
        found = door.asker().get("notify", f"/v1/recipients/{person_id}")
    except (Refused, Retryable):
        return None
    said = found["trouble"]
    return None if said is None else Trouble(found["email"], said["reason"], said["since"])
