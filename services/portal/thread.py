"""The discussion: what was said, and between the messages where the turn passed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from services.portal import words
from services.portal.shapes import Attachment, Message, Spell, Ticket
from services.portal.tongue import gettext
from services.portal.words import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An entry of the discussion: a message with the files sent with it, or (`passed`) the turn changing hands."""

    side: str
    text: str
    at: datetime
    who: str = ""
    is_note: bool = False
    passed: bool = False
    key: str = ""
    files: tuple[Attachment, ...] = ()


def thread(
    messages: Iterable[Message],
    spells: Iterable[Spell],
    ticket: Ticket,
    reader: Reader,
    files: Sequence[Attachment] = (),
) -> list[Said]:
    """Messages, each with those of the files that were sent with it, and passes of the turn, in their order."""
    said = [_message(each, ticket, reader, files) for each in messages]
    passes = list(spells)
    said += [_pass(each, ticket, reader) for before, each in pairwise(passes) if _changed(before, each)]
    return sorted(said, key=lambda each: each.at)


def _message(message: Message, ticket: Ticket, reader: Reader, files: Sequence[Attachment]) -> Said:
    return Said(
        side=words.side_of(message, ticket),
        text=message.body,
        at=message.created_at,
        who=gettext("You") if message.author.id == reader.id else message.author.name or gettext("Somebody"),
        is_note=message.visibility == "internal",
        key=f"m-{message.id}",
        files=tuple(file for file in files if file.message_id == message.id),
    )


def _changed(before: Spell, after: Spell) -> bool:
    return (before.side, before.holder) != (after.side, after.holder)


def _pass(spell: Spell, ticket: Ticket, reader: Reader) -> Said:
    return Said(
        side=spell.side,
        text=_passed(spell, ticket, reader),
        at=spell.since,
        passed=True,
        key=f"t-{spell.since.timestamp():.6f}",
    )


def _passed(spell: Spell, ticket: Ticket, reader: Reader) -> str:
    if spell.side == "nobody":
        return gettext("Scheduled") if ticket.status == "open" or spell.until else gettext("Ended")
    if spell.side == "client":
        if reader.is_client:
            return gettext("The turn passed to you")
        return gettext("The turn passed to %(name)s", name=words.first_name(ticket.client.name))
    if spell.side == "third_party":
        return gettext("The turn passed to %(name)s", name=spell.party or gettext("a third party"))
    if spell.holder is None:
        return gettext("The turn passed to the team")
    if spell.holder.queue:
        return gettext("The turn passed to the queue %(queue)s", queue=spell.holder.name)
    if spell.holder.id == reader.id:
        return gettext("The turn passed to you")
    return gettext("The turn passed to %(name)s", name=words.first_name(spell.holder.name))
