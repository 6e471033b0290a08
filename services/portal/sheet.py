"""A ticket's page, arranged: everything that its template draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.portal import controls, course, formats, ledger, past, request_form, speech, thread, track, words
from services.portal import meanwhile as happenings
from services.portal.ask import Refused
from services.portal.controls import Control, Typed
from services.portal.ledger import Ledger
from services.portal.meanwhile import Meanwhile
from services.portal.past import Row
from services.portal.request_form import Mistake
from services.portal.shapes import Attachment, Message, Move, Spell, Step, Ticket, Understanding
from services.portal.sharing import Share
from services.portal.thread import Said
from services.portal.tongue import gettext
from services.portal.track import Track
from services.portal.words import Reader, State
from shared import clock
from shared.catalog import access
from shared.catalog.definitions import TypeVersion
from shared.ids import new_id

EDITABLE = ("required", "optional")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What was refused: in which form, what was typed there, and the parameters' values as far as it holds any."""

    refused: Refused
    where: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the template draws of a ticket."""

    ticket: Ticket
    reader: Reader
    state: State
    track: Track
    ledger: Ledger | None
    said: list[Said]
    history: list[Row]
    files: list[Attachment]
    understanding: Understanding | None
    older: list[Understanding]
    facts: list[Control]
    inputs: list[Control]
    moves: list[Move]
    key: str
    made_at: datetime
    is_understood: bool = False
    asks_understanding: bool = False
    silence: str | None = None
    mistakes: list[Mistake] = field(default_factory=list)
    trouble: Trouble | None = None
    meanwhile: Meanwhile | None = None
    begun: Mapping[str, str] = field(default_factory=dict)
    shares: list[Share] | None = None

    def typed_in(self, where: str, name: str, otherwise: str = "") -> str:
        """What was typed into a field of the form that was refused, else what it shows anyway.

        `begun` is what the message (`talk`) holds before it was ever sent: an answer that was put there.
        """
        if where == "talk" and name in self.begun:
            return self.begun[name]
        if self.trouble is None or self.trouble.where != where:
            return otherwise
        return self.trouble.typed.get(name, otherwise)

    def is_refused(self, where: str) -> bool:
        """Whether that form was refused."""
        return self.trouble is not None and self.trouble.where == where

    def wrong(self, where: str, name: str) -> list[str]:
        """What is wrong with a field of the form that was refused."""
        if self.trouble is None or self.trouble.where != where:
            return []
        return list(self.trouble.refused.fields.get(name, []))

    def still_missing(self, move: Move) -> str:
        """Why a transition cannot be taken yet; empty where it can."""
        return words.still_missing(move, self.ticket)

    def may(self, *actions: str) -> bool:
        """Whether the reader may take any of these actions now."""
        return any(map(self.ticket.may, actions))

    def may_remove(self, file: Attachment) -> bool:
        """Whether the reader may take a file out now: what is not stored its sender always may.

        A client takes out what they added; what is a value that cannot be changed now stays.
        """
        is_own = file.author is not None and file.author.id == self.reader.id
        if is_own and file.state != "stored":
            return True
        is_theirs = is_own or not self.reader.is_client
        return self.may("remove_file") and is_theirs and not any(file.id in it.chosen for it in self.facts)

    def who_sent(self, file: Attachment) -> str:
        """Who sent a file, as the reader calls them."""
        if file.author is None:
            return ""
        return gettext("You") if file.author.id == self.reader.id else file.author.name

    def file_names(self, ids: Sequence[str]) -> list[Attachment]:
        """The files with these ids, in their order."""
        return [file for id in ids for file in self.files if file.id == id]


def make(
    ticket: Ticket,
    reader: Reader,
    version: TypeVersion | None,
    *,
    steps: list[Step],
    spells: list[Spell],
    messages: list[Message],
    files: list[Attachment],
    understandings: list[Understanding],
    trouble: Trouble | None = None,
) -> Sheet:
    """The page of a ticket as `reader` sees it."""
    now, language = clock.now(), speech.language()
    code = ticket.stage.code if ticket.stage else None
    approves = ticket.stage.approves if ticket.stage else None
    ahead = course.ahead(version, code, reader, language) if ticket.status == "open" else []
    drawn = drawn_controls(ticket, version, language, trouble)
    said = thread.thread(messages, spells, ticket, reader, files)
    versions = sorted(understandings, key=lambda each: -each.version)
    return Sheet(
        ticket=ticket,
        reader=reader,
        state=words.state(ticket, reader, steps, approves=approves),
        track=track.draw(ticket, steps, ahead, reader, now),
        ledger=ledger.draw(spells, ticket.due_at if ticket.status == "open" else None, now, is_client=reader.is_client),
        said=said,
        history=past.table(steps, ticket, reader, now),
        files=files,
        understanding=versions[0] if versions else None,
        older=versions[1:],
        facts=[each for each in drawn if each.read_only],
        inputs=[each for each in drawn if not each.read_only],
        moves=ticket.transitions if ticket.may("advance") else [],
        is_understood=is_understood(versions, steps),
        asks_understanding=asks_understanding(ticket, version),
        silence=silence(ticket, version),
        key=new_id(),
        made_at=now,
        mistakes=request_form.mistakes(trouble.refused, version) if trouble else [],
        trouble=trouble,
        meanwhile=_meanwhile(trouble, ticket, version, said, language) if trouble else None,
    )


def _meanwhile(
    trouble: Trouble, ticket: Ticket, version: TypeVersion | None, said: list[Said], language: str
) -> Meanwhile | None:
    return happenings.tell(trouble.refused, trouble.where, trouble.typed, ticket, version, said, language)


def is_understood(versions: list[Understanding], steps: list[Step]) -> bool:
    """Whether the newest understanding was written since the present stage was entered."""
    return bool(versions and steps and versions[0].created_at >= steps[-1].entered_at)


def asks_understanding(ticket: Ticket, version: TypeVersion | None) -> bool:
    """Whether the present stage is left only with an understanding."""
    stage = version.find_stage(ticket.stage.code) if version and ticket.stage else None
    return stage is not None and stage.understanding == "required"


def silence(ticket: Ticket, version: TypeVersion | None) -> str | None:
    """What happens by itself when nobody decides in time."""
    stage = version.find_stage(ticket.stage.code) if version and ticket.stage else None
    if stage is None or stage.due is None or stage.due.then is None or ticket.due_at is None:
        return None
    outcome = stage.transition_by_code[stage.due.then].outcome
    day = formats.day(ticket.due_at)
    if outcome == "approved":
        return gettext("Without an answer by %(day)s it is approved.", day=day)
    return gettext("Without an answer by %(day)s it is rejected.", day=day) if outcome == "rejected" else None


def drawn_controls(
    ticket: Ticket, version: TypeVersion | None, language: str, trouble: Trouble | None
) -> list[Control]:
    """The parameters that the reader sees, as the ticket service says they may be used; what was typed stays."""
    if version is None:
        return []
    cells = {each.code: each.access for each in ticket.fields}
    if not ticket.may("edit"):
        cells = dict.fromkeys(cells, "read_only")
    said = Typed(values=trouble.values, errors=request_form.named(trouble.refused.fields)) if trouble else None
    return controls.controls(version, cells, ticket.parameters, language, said)


def cells_with(ticket: Ticket, version: TypeVersion, side: str, values: Mapping[str, Any]) -> dict[str, str]:
    """What the side may do with each parameter if these were the values: for showing what a condition opens."""
    code = ticket.stage.code if ticket.stage else version.flow.first
    about = {
        "ticket": {"type": ticket.type.code, "status": ticket.status, "priority": ticket.priority},
        "client": {"id": ticket.client.id},
        "turn": {"side": ticket.turn.side, "stage": code},
    }
    found = access.effective(version, code, side, turn_side=ticket.turn.side, values=values, facts=about)
    return dict(found)
