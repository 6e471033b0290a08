"""The stage history as a table: newest first, whose each stage was and how long it lasted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.portal import formats, words
from services.portal.shapes import Step, Ticket
from services.portal.tongue import gettext
from services.portal.words import Baton, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the history."""

    stage: str
    comment: str | None
    how: str
    baton: Baton
    entered_at: datetime
    left_at: datetime | None
    lasted: str


def table(steps: Sequence[Step], ticket: Ticket, reader: Reader, now: datetime) -> list[Row]:
    """The rows, newest first. A comment stands with the stage that it was given on leaving the one before."""
    return [_row(step, ticket, reader, now) for step in reversed(steps)]


def _row(step: Step, ticket: Ticket, reader: Reader, now: datetime) -> Row:
    ended = step.left_at is None and ticket.status != "open"
    return Row(
        stage=step.stage.name,
        comment=step.comment,
        how=_how(step, reader),
        baton=Baton(
            side="nobody" if ended else step.side,
            words=_whose(step, ticket, reader, ended),
            mine=_is_readers(step, reader),
        ),
        entered_at=step.entered_at,
        left_at=step.left_at,
        lasted="" if ended else formats.lasting((step.left_at or now) - step.entered_at),
    )


def _is_readers(step: Step, reader: Reader) -> bool:
    if reader.is_client:
        return step.side == "client"
    return step.holder_after is not None and step.holder_after.id == reader.id


def _whose(step: Step, ticket: Ticket, reader: Reader, ended: bool) -> str:
    if ended:
        return gettext("Ended")
    if step.side == "client":
        return gettext("You") if reader.is_client else ticket.client.name
    if step.holder_after is None:
        return gettext("The team")
    if step.holder_after.id == reader.id:
        return gettext("You")
    if step.holder_after.queue:
        return gettext("Queue %(queue)s", queue=step.holder_after.name)
    return words.first_name(step.holder_after.name) if reader.is_client else step.holder_after.name


def _how(step: Step, reader: Reader) -> str:
    """Which transition led here and who took it."""
    if not step.transition_name and not step.by:
        return ""
    who = gettext("you") if step.by and step.by.id == reader.id else words.first_name(step.by.name) if step.by else ""
    name = step.transition_name or gettext("Submitted")
    return gettext("%(what)s, by %(who)s", what=name, who=who) if who else name
