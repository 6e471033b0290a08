"""What the ticket service says that somebody may do with a ticket, and what follows for its files.

Source: domain page, the table of filters (*awaiting*: files may be added, not removed; ended: none) and *Cancel*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.errors import Conflict, Forbidden, VezError

ENDED: Final = ("concluded", "cancelled", "deleted")


@dataclass(frozen=True, slots=True)
class Standing:
    """How the one who asks stands to a ticket that they may see."""

    ticket_id: str
    type: str
    status: str
    actions: frozenset[str]
    attends: bool

    @property
    def is_ended(self) -> bool:
        """Its files are to be read only."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class Refusal:
    """Never (403), or not now (409); both None: allowed."""

    forbidden: VezError | None = None
    conflict: VezError | None = None


def adding(standing: Standing, *, internal: bool) -> Refusal:
    """Why a file may not be added."""
    if internal and not standing.attends:
        return Refusal(forbidden=Forbidden("Internal files are the attendants' to add"))
    if "attach" in standing.actions:
        return Refusal()
    if standing.is_ended:
        return Refusal(conflict=_ended())
    return Refusal(forbidden=Forbidden("You may read this ticket, but not add files to it"))


def removing(standing: Standing, *, is_own_unstored: bool) -> Refusal:
    """Why a file may not be removed; what was not stored yet its sender may always take back."""
    if is_own_unstored or "remove_file" in standing.actions:
        return Refusal()
    if standing.is_ended:
        return Refusal(conflict=_ended())
    if "attach" in standing.actions:
        message = "It is not your turn: files may be added now, but not removed"
        return Refusal(conflict=Conflict(message, type="not-your-turn"))
    return Refusal(forbidden=Forbidden("You may read this ticket, but not remove its files"))


def _ended() -> Conflict:
    return Conflict("This ticket has ended: its files stay as they are", type="ended")
