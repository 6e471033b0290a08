"""Chat rooms: what they may be told of, which of them hears what, and the words.

A room has no rights: anybody may be in it. So it is told what stands here and nothing else, whoever reads it: the
request's number, type, stage and deadline, whose side has the turn, the subject unless the type is confidential, and
the way to the page, where each reader's own rights hold. No person's name, no message, no parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.notify.rules import wording
from services.notify.rules.facts import Hearing, Ticket
from services.notify.rules.letter import House, link
from services.notify.rules.story import Story
from services.notify.rules.voice import Voice
from shared.contracts import Event
from shared.contracts import workflow as w

KINDS: Final = (
    "queue_turn",
    "your_turn",
    "approve",
    "third_party_turn",
    "stage",
    "deadline_near",
    "deadline_missed",
    "finished",
    "fallback",
)
"""What a room may ask for, of the kinds that people are told of; `your_turn` is anybody's turn here."""
LONGEST_TITLE: Final = 240
_SPACE: Final = "\u200b"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRoom:
    """A chat room as its administrators read it; `address` is where it is, without what is secret in it."""

    id: str
    name: str
    address: str
    kinds: tuple[str, ...]
    queue: str | None
    language: str
    state: str
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Post:
    """What a room is told: a title of one line, and lines below it."""

    title: str
    body: str


# ---- who hears what ----------------------------------------------------------------------------------------------


def told(event: Event, ticket: Ticket | None, rooms: Sequence[Hearing]) -> Iterator[tuple[str, str]]:
    """The rooms that are told of `event`, each once: (its id, of which kind)."""
    kinds = tuple(_kinds(event))
    queue = _queue(event) or (ticket.last_queue if ticket is not None else None)
    for room in rooms:
        kind = next((kind for kind in kinds if kind in room.kinds), None)
        if kind is not None and room.queue in (None, queue):
            yield room.id, kind


def _kinds(event: Event) -> Iterator[str]:
    """What an event is to a room, what asks for somebody first."""
    if isinstance(event, w.StageEntered | w.Reassigned):
        yield from _turn(event)
    elif isinstance(event, w.Finished):
        yield "finished"
    elif isinstance(event, w.DeadlineNear):
        yield "deadline_near"
    elif isinstance(event, w.DeadlineMissed):
        yield "deadline_missed"


def _turn(event: w.StageEntered | w.Reassigned) -> Iterator[str]:
    if event.fallback_reason is not None:
        yield "fallback"
    if isinstance(event, w.StageEntered) or _turned(event):
        if event.stage.kind == "approval":
            yield "approve"
        elif event.side == "third_party":
            yield "third_party_turn"
        elif event.holder_after is not None:
            yield "queue_turn" if event.holder_after.queue else "your_turn"
    if isinstance(event, w.StageEntered):
        yield "stage"


def _turned(event: w.Reassigned) -> bool:
    return event.holder_after != event.holder_before or event.cause in ("wake", "resume")


def _queue(event: Event) -> str | None:
    """The queue that an event itself names."""
    holder = getattr(event, "holder_after", getattr(event, "holder", None))
    return holder.id if holder is not None and holder.queue else None


# ---- the words ---------------------------------------------------------------------------------------------------


def write(
    story: Story, voice: Voice, house: House, *, type_names: Mapping[str, str], is_confidential: bool = True
) -> Post:
    """What a room is told of `story`. A type that is not known is taken for a confidential one."""
    type_name = voice.pick(type_names)
    subject = type_name if is_confidential or not story.subject else story.subject
    shown = replace(story, subject=subject, by_name="", holder_name="", to_client=False)
    lines = [
        voice.text("Type: %(type)s", type=type_name) if type_name else "",
        voice.text("Stage: %(stage)s", stage=shown.stage(voice)) if shown.facts.get("stage") else "",
        _whose(shown, voice),
        _due(shown, voice),
        wording.reason(shown, voice) if shown.kind == "fallback" else "",
    ]
    body = "\n".join(plain(line) for line in lines if line)
    return Post(plain(_title(shown, voice))[:LONGEST_TITLE], f"{body}\n{link(shown, house)}".lstrip("\n"))


def try_out(voice: Voice, house: House) -> Post:
    """What a room is told to try whether it can be reached."""
    title = voice.text("A test message from %(house)s", house=house.name or "Vez")
    body = voice.text("This room is told of requests from now on. You need do nothing.")
    return Post(plain(title)[:LONGEST_TITLE], f"{plain(body)}\n{house.url}/")


def plain(text: str) -> str:
    """`text` in one line, in which nothing calls everybody, makes a link of its own or is taken for markup.

    A subject is written by clients: `@everyone`, `<!channel>` and `[here](https://…)` are only signs in it.
    """
    printable = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    signs = printable.replace("<", "‹").replace(">", "›").replace("@", f"@{_SPACE}")
    return signs.replace("](", f"]{_SPACE}(")


def _title(story: Story, voice: Voice) -> str:
    """As people are told it, but for what is said to one of them: nobody is `you` in a room."""
    is_theirs = story.kind in ("your_turn", "approve", "third_party_turn")
    return wording.title(replace(story, kind="stage") if is_theirs else story, voice)


def _whose(story: Story, voice: Voice) -> str:
    if story.kind == "finished":
        return ""
    if story.facts.get("queue"):
        return voice.text("In the queue %(queue)s", queue=story.queue(voice))
    if story.approves is not None or story.kind == "approve":
        return voice.text("A decision is asked.")
    return {
        "client": voice.text("It is the client's turn."),
        "attendant": voice.text("It is an attendant's turn."),
        "third_party": voice.text("A third party is waited for."),
    }.get(story.side, "")


def _due(story: Story, voice: Voice) -> str:
    if story.due_at is None or story.kind == "finished":
        return ""
    return voice.text("Due by %(due)s", due=voice.when(story.due_at))
