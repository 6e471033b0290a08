"""What the ticket service says that somebody may do with a ticket, and what follows for its files.

Source: domain page, the table of filters (*awaiting*: files may be added, not removed; ended: none) and *Cancel*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.errors import Conflict, Forbidden, VezError

ENDED: Final = ("concluded", "cancelled", "deleted")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the ticket service is asked about, besides the ticket."""

    parameters: tuple[str | None, ...] = ()
    file_id: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the one who asks stands to a ticket that they may see."""

    ticket_id: str
    type: str
    status: str
    actions: frozenset[str]
    attends: bool
    shown: frozenset[str] = frozenset()
    """Of the parameters that were asked about, those whose files they see."""
    fillable: frozenset[str] = frozenset()
    """Of the parameters that were asked about, those that they may give a file now."""
    is_bound: bool = False
    """The file that was asked about is the value of a parameter that they may not fill now."""
    message: str | None = None
    """The visibility of the message that was asked about; None where it is not the ticket's, or not theirs to see."""

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


def removing(standing: Standing, *, is_own: bool, is_stored: bool) -> Refusal:
    """Why a file may not be removed; what was not stored yet its sender may always take back.

    On the client's side everybody removes what they added alone; the holder answers for all of the ticket's files. What
    is the value of a parameter goes only where that may be filled.
    """
    if is_own and not is_stored:
        return Refusal()
    if standing.is_ended:
        return Refusal(conflict=_ended())
    if not standing.actions & {"attach", "remove_file"}:
        return Refusal(forbidden=Forbidden("You may read this ticket, but not remove its files"))
    if not (is_own or standing.attends):
        return Refusal(forbidden=Forbidden("You did not add this file, so it is not yours to remove"))
    if "remove_file" not in standing.actions:
        message = "Files may be added now, but not removed: it is not your turn, or a decision is asked"
        return Refusal(conflict=Conflict(message, type="not-your-turn"))
    if standing.is_bound:
        message = "This file is the value of a parameter that cannot be changed now"
        return Refusal(conflict=Conflict(message, type="bound"))
    return Refusal()


def _ended() -> Conflict:
    return Conflict("This ticket has ended: its files stay as they are", type="ended")
