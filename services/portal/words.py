"""Whose turn it is, in a person's words: the baton's on lists, the banner's on a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.portal import formats
from services.portal.shapes import Holder, Message, Move, Step, Ticket
from services.portal.tongue import gettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads a page, and from which side: client or attendant."""

    id: str
    side: str = "client"

    @property
    def is_client(self) -> bool:
        return self.side == "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baton:
    """The baton: on which side it sits, its words, and whether the reader must act."""

    side: str
    words: str
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The banner of state: what happened, whose turn, what now."""

    side: str
    title: str
    reason: str
    quote: str | None = None
    mine: bool = False
    due_label: str | None = None
    due_at: datetime | None = None


def first_name(name: str) -> str:
    """The first word of a person's name."""
    return name.split(" ", 1)[0] if name else ""


def initials(name: str) -> str:
    """Two letters that stand for a face."""
    parts = [part for part in name.split() if part[:1].isalnum()]
    letters = [parts[0][0], parts[-1][0]] if len(parts) > 1 else [part[:2] for part in parts[:1]]
    return "".join(letters).upper()


def holder_name(holder: Holder | None, reader: Reader) -> str:
    """Who holds, as the reader calls them."""
    if holder is None:
        return gettext("the team")
    if holder.queue:
        return gettext("queue %(queue)s", queue=holder.name or holder.id)
    return gettext("you") if holder.id == reader.id else first_name(holder.name) or gettext("the team")


def is_mine(ticket: Ticket, reader: Reader) -> bool:
    """Whether the reader must act: the draft's author, the turn's holder, or one whose decision is asked."""
    if ticket.status == "draft":
        return ticket.client.id == reader.id
    if ticket.status != "open" or ticket.pending:
        return False
    if reader.is_client:
        return ticket.turn.side == "client"
    held = ticket.turn.holder is not None and ticket.turn.holder.id == reader.id and not ticket.turn.holder.queue
    return ticket.turn.side in ("attendant", "third_party") and (held or ticket.may("decide"))


def baton(ticket: Ticket, reader: Reader, *, since: bool = False) -> Baton:
    """Whose turn it is, in a few words; with `since`, also for how long."""
    mine = is_mine(ticket, reader)
    words = _turn_words(ticket, reader, mine)
    if since and ticket.status == "open" and ticket.turn.since and not ticket.pending:
        words = gettext("%(whose)s, %(duration)s", whose=words, duration=formats.held_for(ticket.turn.since))
    return Baton(side=shown_side(ticket), words=words, mine=mine)


def shown_side(ticket: Ticket) -> str:
    """Where the baton sits."""
    if ticket.status == "draft":
        return "client"
    return ticket.turn.side if ticket.status == "open" else "nobody"


def _turn_words(ticket: Ticket, reader: Reader, mine: bool) -> str:
    if ticket.status == "draft":
        return gettext("Draft, only you see it")
    if ticket.status != "open":
        return gettext("Ended")
    if ticket.pending and ticket.turn.side == "nobody":
        return gettext("Forwarding your request") if reader.is_client else gettext("Being forwarded")
    if mine and (reader.is_client or ticket.may("decide")):
        return gettext("Your turn: %(what)s", what=what_to_do(ticket))
    return _others_words(ticket, reader)


def what_to_do(ticket: Ticket) -> str:
    """What the turn asks of the client, in one word."""
    return gettext("decide") if ticket.may("decide") else gettext("answer")


def _others_words(ticket: Ticket, reader: Reader) -> str:
    turn = ticket.turn
    if turn.side == "client":
        return gettext("With %(name)s", name=first_name(ticket.client.name) or gettext("the client"))
    if turn.side == "third_party":
        return gettext("Waiting for %(party)s", party=turn.party or gettext("a third party"))
    if turn.side == "nobody":
        return (
            gettext("Scheduled until %(when)s", when=formats.when(turn.until)) if turn.until else gettext("Scheduled")
        )
    if turn.holder is None:
        return gettext("With the team")
    if turn.holder.queue:
        return gettext("In the queue %(queue)s", queue=turn.holder.name or turn.holder.id)
    if turn.holder.id == reader.id:
        return gettext("You")
    return gettext("With %(name)s", name=first_name(turn.holder.name))


def state(ticket: Ticket, reader: Reader, steps: list[Step], *, approves: str | None = None) -> State:
    """The banner of a ticket. `approves`: what the present approval is about, understanding or result."""
    mine = is_mine(ticket, reader)
    title, reason = _said(ticket, reader, steps, mine, approves)
    return State(
        side=shown_side(ticket),
        title=title,
        reason=reason,
        quote=_asked(ticket, steps) if mine and reader.is_client and not ticket.may("decide") else None,
        mine=mine,
        due_label=_due_label(ticket, mine),
        due_at=ticket.due_at if ticket.status == "open" else None,
    )


def _asked(ticket: Ticket, steps: list[Step]) -> str | None:
    """What the attendant wrote when the turn came to the client."""
    last = steps[-1] if steps else None
    return last.comment if last and ticket.turn.side == "client" and last.left_at is None else None


def _due_label(ticket: Ticket, mine: bool) -> str | None:
    if ticket.due_at is None or ticket.status != "open":
        return None
    return gettext("answer by") if mine else gettext("answer expected by")


def _said(ticket: Ticket, reader: Reader, steps: list[Step], mine: bool, approves: str | None) -> tuple[str, str]:
    if ticket.status == "draft":
        return gettext("This is a draft"), gettext("Only you see it. Complete it and send it when you are ready.")
    if ticket.status == "concluded":
        return _concluded(ticket, reader)
    if ticket.status != "open":
        return gettext("Cancelled"), gettext("Nothing more happens here. Everything that was written stays readable.")
    if ticket.pending:
        return pending(ticket.pending.kind), gettext("This takes a moment; the page changes by itself.")
    if mine:
        return _mine(ticket, reader, steps, approves)
    return _others(ticket, reader)


def _concluded(ticket: Ticket, reader: Reader) -> tuple[str, str]:
    if reader.is_client and ticket.may("rate"):
        return gettext("Concluded. Was it solved?"), gettext("Tell us how it went: it helps the next ones.")
    if ticket.may("reopen"):
        return gettext("Concluded"), gettext("If something is missing, it can still be reopened.")
    return gettext("Concluded"), gettext("Everything that was written stays readable.")


def pending(kind: str) -> str:
    """What is on its way, for the status region."""
    return {
        "submit": gettext("Forwarding your request…"),
        "advance": gettext("Sending your answer…"),
        "decision": gettext("Sending your decision…"),
        "transfer": gettext("Transferring…"),
        "take": gettext("Taking it…"),
        "schedule": gettext("Scheduling…"),
        "wait": gettext("Handing it to the third party…"),
        "resume": gettext("Taking it back from the third party…"),
        "cancel": gettext("Cancelling…"),
        "reopen": gettext("Reopening…"),
    }.get(kind, gettext("Working on it…"))


def _mine(ticket: Ticket, reader: Reader, steps: list[Step], approves: str | None) -> tuple[str, str]:
    if ticket.may("decide"):
        return _decide(reader, steps, approves)
    stage = ticket.stage.name if ticket.stage else ""
    if reader.is_client:
        who = _sender(steps, reader)
        reason = gettext("%(who)s needs something from you to go on.", who=who) if who else gettext("It waits for you.")
        return gettext("Your turn: %(what)s", what=gettext("answer")), reason
    if ticket.turn.side == "third_party":
        party = ticket.turn.party or gettext("a third party")
        return gettext("Waiting for %(party)s", party=party), gettext("You follow it and say when it comes back.")
    return gettext("Your turn: %(stage)s", stage=stage), to_advance(ticket)


def _decide(reader: Reader, steps: list[Step], approves: str | None) -> tuple[str, str]:
    if approves == "result":
        return gettext("Your turn: approve the result"), gettext("See what was done and say whether it is right.")
    who = _sender(steps, reader)
    if who:
        reason = gettext("%(who)s wrote what will be done. Read it below and say whether you agree.", who=who)
    else:
        reason = gettext("Read what will be done and say whether you agree.")
    return gettext("Your turn: approve the understanding"), reason


def _sender(steps: list[Step], reader: Reader) -> str | None:
    by = steps[-1].by if steps else None
    return first_name(by.name) if by and by.name and by.id != reader.id else None


def to_advance(ticket: Ticket) -> str:
    """What is missing before the first transition can be taken; a plain sentence where nothing is."""
    missing = still_missing(ticket.transitions[0], ticket) if ticket.transitions else ""
    return missing or gettext("Everything needed is there: you can go on.")


def still_missing(move: Move, ticket: Ticket) -> str:
    """Why a transition cannot be taken yet: the fields to fill by their labels, then every other reason."""
    labels = {each.code: each.label for each in ticket.fields}
    fields = [labels.get(why.field, why.field) for why in move.blocked if why.field]
    sentences = [gettext("Still to fill in: %(fields)s.", fields=", ".join(fields))] if fields else []
    sentences += [why.reason for why in move.blocked if not why.field]
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in dict.fromkeys(sentences))


def _others(ticket: Ticket, reader: Reader) -> tuple[str, str]:
    turn = ticket.turn
    quiet = gettext("You need not do anything.") if reader.is_client else ""
    if turn.side == "client":
        name = first_name(ticket.client.name) or gettext("the client")
        return gettext("It is %(name)s's turn", name=name), gettext("You can write in the discussion and add files.")
    if turn.side == "third_party":
        party = turn.party or gettext("a third party")
        return gettext("It is the turn of %(party)s now", party=party), _followed(ticket, reader) or quiet
    if turn.side == "nobody":
        return _others_words(ticket, reader), gettext("The clock is stopped; the turn comes back by itself.")
    if turn.holder is None or turn.holder.queue:
        return _queued(ticket, reader)
    name = first_name(turn.holder.name)
    if reader.is_client:
        return gettext("%(name)s is looking into your request", name=name), quiet
    return gettext("With %(name)s", name=name), gettext("You can write a note and add files.")


def _followed(ticket: Ticket, reader: Reader) -> str | None:
    holder = ticket.turn.holder
    if holder is None or holder.queue or holder.id == reader.id:
        return None
    name = first_name(holder.name)
    if reader.is_client:
        return gettext("%(name)s follows it for you. You need not do anything.", name=name)
    return gettext("%(name)s follows it.", name=name)


def _queued(ticket: Ticket, reader: Reader) -> tuple[str, str]:
    queue = ticket.turn.holder.name if ticket.turn.holder else gettext("the team")
    title = gettext("In the queue %(queue)s", queue=queue)
    if ticket.may("take"):
        return title, gettext("Take it to work on it.")
    if reader.is_client:
        return title, gettext("Somebody of the team takes it next. You need not do anything.")
    return title, gettext("It waits for somebody of that team to take it.")


def side_of(message: Message, ticket: Ticket) -> str:
    """On which side of the discussion a message stands."""
    return "client" if message.author.id == ticket.client.id else "attendant"
