"""A ticket as a list row or a card: its words, its hint of a track, and what its right edge says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.portal import formats, track, words
from services.portal.shapes import Ticket
from services.portal.tongue import gettext
from services.portal.track import Bar
from services.portal.words import Baton, Reader

LIKELY_AHEAD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a row shows of a ticket."""

    ticket: Ticket
    baton: Baton
    bars: list[Bar]
    hint: str
    where: str
    end: str


def rows(tickets: Iterable[Ticket], reader: Reader, now: datetime) -> list[Row]:
    """The rows of a list."""
    return [_row(ticket, reader, now) for ticket in tickets]


def _row(ticket: Ticket, reader: Reader, now: datetime) -> Row:
    return Row(
        ticket=ticket,
        baton=words.baton(ticket, reader),
        bars=track.hint(ticket, ticket.turns, LIKELY_AHEAD, now),
        hint=walked(ticket, reader),
        where=where(ticket),
        end=end(ticket, now),
    )


def ordered(tickets: list[Ticket], order: str) -> list[Ticket]:
    """The tickets of a page by deadline or by how long they wait; otherwise as they came, newest first."""
    far = datetime.max.replace(tzinfo=UTC)
    if order == "due":
        return sorted(tickets, key=lambda each: (each.due_at or far, each.turn.since or far))
    if order == "waiting":
        return sorted(tickets, key=lambda each: each.turn.since or far)
    return tickets


def where(ticket: Ticket) -> str:
    """The stage it is in, or how and when it ended."""
    if ticket.status == "concluded":
        return gettext("Concluded on %(day)s", day=formats.day(ended(ticket)))
    if ticket.status == "cancelled":
        return gettext("Cancelled on %(day)s", day=formats.day(ended(ticket)))
    return ticket.stage.name if ticket.stage else ticket.type.name


def end(ticket: Ticket, now: datetime) -> str:
    """How long it has been whose turn it is, or how long the whole took."""
    if ticket.status in ("concluded", "cancelled"):
        begun = ticket.created_at or ended(ticket)
        return gettext("took %(duration)s", duration=formats.about(max(timedelta(), ended(ticket) - begun)))
    since = ticket.updated_at if ticket.status == "draft" else ticket.turn.since
    return formats.ago(since, now) if since else ""


def ended(ticket: Ticket) -> datetime:
    """When it ended, as far as is known."""
    found = ticket.ended_at or ticket.turn.since or ticket.updated_at or ticket.created_at
    return found or datetime.fromtimestamp(0, formats.here()[1])


def walked(ticket: Ticket, reader: Reader) -> str:
    """The turns so far as words, for who does not see the hint."""
    named = {
        "client": gettext("you") if reader.is_client else gettext("the client"),
        "attendant": gettext("the team"),
        "third_party": gettext("third parties"),
    }
    sides = [named[spell.side] for spell in ticket.turns if spell.side in named] or (
        [named[ticket.turn.side]] if ticket.turn.side in named and ticket.status == "open" else []
    )
    if ticket.status in ("concluded", "cancelled"):
        return gettext("Turns: %(turns)s, ended", turns=", ".join(sides)) if sides else gettext("Ended")
    return gettext("Turns: %(turns)s", turns=", ".join(sides)) if sides else gettext("No turn yet")
