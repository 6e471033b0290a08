"""A letter: everything that a mail says to one person, before it is set in HTML and in plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.notify.rules import wording
from services.notify.rules.kinds import KINDS, LINK
from services.notify.rules.story import Story
from services.notify.rules.templates import Texts, fill
from services.notify.rules.voice import Voice

BOLD, PLAIN = "\ue000", "\ue001"
"""Around the ticket's subject in a sentence: what sets it apart depends on who sets the letter."""

Side = Literal["client", "attendant", "third_party", "nobody"]
_MINE: Final = frozenset({"your_turn", "approve", "deadline_near"})
_WITHOUT_BATON: Final = frozenset(
    {
        "parked",
        "gave_up",
        "undeliverable",
        "message",
        "mentioned",
        "shared",
        "rated",
        "file_rejected",
        "deadline_missed",
        "fallback",
        "mail_draft",
        "mail_refused",
        "mail_parked",
        LINK,
    }
)


@dataclass(frozen=True, slots=True)
class Baton:
    """Whose turn it is: where the baton lies, and the words beside it. `mine`: the reader's."""

    side: Side
    words: str
    mine: bool = False


@dataclass(frozen=True, slots=True)
class House:
    """Who writes: the house's name and logo as its settings have them, and its address on the web."""

    name: str
    url: str
    logo: str = ""

    @property
    def picture(self) -> str:
        """The logo's whole address, since a mail lies nowhere; nothing where it is not on this origin, as on pages."""
        is_here = self.logo.startswith("/") and not self.logo.startswith("//")
        return f"{self.url}{self.logo}" if is_here else ""


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of a mail in reading order. Sentences mark the subject by BOLD and PLAIN.

    `choose_link` is empty where the reader has no choice, and then they are offered none. `answer` says that an answer
    by mail is read, and is empty where none is. `logo` is the address of the house's, and empty where it has none.
    """

    language: str
    title: str
    greeting: str
    sentences: tuple[str, ...]
    baton: Baton | None
    action: str
    link: str
    signature: str
    house: str
    why: str
    choose: str
    choose_link: str
    answer: str = ""
    logo: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """Several letters to one person as one, in the order of what happened."""

    language: str
    title: str
    greeting: str
    lead: str
    items: tuple[Letter, ...]
    signature: str
    house: str
    why: str
    choose: str
    choose_link: str
    answer: str = ""
    logo: str = ""


def gather(letters: Sequence[Letter], voice: Voice) -> Letter | Digest:
    """One letter for all of `letters`; a single one stays as it is."""
    first = letters[0]
    if len(letters) == 1:
        return first
    return Digest(
        language=first.language,
        title=voice.text("%(count)s news of your requests", count=len(letters)),
        greeting=first.greeting,
        lead=voice.text("This is what happened since the last message:"),
        items=tuple(letters),
        signature="",
        house=first.house,
        why=voice.text("You get this because you chose to be told of several things in one message."),
        choose=first.choose,
        choose_link=first.choose_link,
        answer=first.answer,
        logo=first.logo,
    )


def write(
    story: Story,
    voice: Voice,
    house: House,
    *,
    name: str,
    now: datetime,
    texts: Texts | None = None,
    answers: bool = False,
) -> Letter:
    """The letter that tells `story` to the person called `name`, in the administrators' words where `texts` has any.

    `answers`: an answer by mail would be read.
    """
    subject = story.subject.replace(BOLD, "").replace(PLAIN, "")
    marked = f"{BOLD}{subject}{PLAIN}"
    title = wording.title(story, voice)
    sentences: tuple[str, ...] = (wording.sentence(story, voice, marked),)
    words = (texts or {}).get(voice.language)
    if words is not None:
        title, sentences = fill(words, story, voice, subject=marked, name=name, house=house.name or "Vez")
    return Letter(
        language=voice.language,
        title=title,
        greeting=voice.greeting(name, now),
        sentences=sentences,
        baton=baton(story, voice),
        action=_action(story, voice),
        link=link(story, house),
        signature=story.by_name,
        house=house.name or "Vez",
        why=_why(story, voice),
        choose=voice.text("Choose what you are told of"),
        choose_link="" if story.kind == LINK else f"{house.url}/preferences",
        answer=voice.text("Answer this e-mail to write in the request.") if answers and story.ticket_id else "",
        logo=house.picture,
    )


def link(story: Story, house: House) -> str:
    """Where the reader acts: a one-time link, the ticket's page, else the place that the notice is about."""
    if story.kind == LINK:
        return story.address
    ticket_id = story.ticket_id or story.facts.get("ticket_id")
    if ticket_id is not None:
        return f"{house.url}/tickets/{ticket_id}"
    if story.kind in ("mail_refused", "mail_draft"):
        return f"{house.url}/"
    return f"{house.url}/admin/parked" if story.kind == "parked" else f"{house.url}/admin/deliveries"


def _why(story: Story, voice: Voice) -> str:
    if story.kind == LINK:
        return voice.text("You get this because this address belongs to an account at Vez.")
    return voice.say(KINDS[story.kind].why)


def _action(story: Story, voice: Voice) -> str:
    if story.kind == LINK:
        return voice.text("Create the password") if wording.is_first(story) else voice.text("Choose a new password")
    if story.kind == "mail_refused":
        return voice.text("Write it at Vez")
    if story.kind == "approve":
        return voice.text("Read and decide")
    if story.kind == "queue_turn":
        return voice.text("See it in the queue")
    if story.kind in ("message", "mentioned"):
        return voice.text("Read and answer")
    if story.kind == "finished" and story.facts.get("status") == "concluded":
        return voice.text("See the result and rate it")
    return voice.text("Open the request")


def baton(story: Story, voice: Voice) -> Baton | None:
    """The baton of a letter: whose turn it is after what happened."""
    if story.kind in _WITHOUT_BATON:
        return None
    if story.kind == "finished":
        return Baton("nobody", voice.text("Ended"))
    if story.kind == "submission_refused":
        return Baton("client", voice.text("Your turn"), mine=True)
    side: Side = story.side  # type: ignore[assignment]
    if story.kind in _MINE:
        return Baton(side, _mine(story, voice), mine=True)
    return Baton(side, _theirs(story, voice))


def _mine(story: Story, voice: Voice) -> str:
    if story.due_at is None:
        return voice.text("Your turn")
    return voice.text("Your turn, until %(due)s", due=voice.when(story.due_at))


def _theirs(story: Story, voice: Voice) -> str:
    if story.side == "third_party":
        return voice.text("Waiting for %(party)s", party=story.party(voice))
    if story.facts.get("queue"):
        return voice.text("In the queue %(queue)s", queue=story.queue(voice))
    if story.holder_name:
        return voice.text("With %(holder)s", holder=story.holder_name)
    return voice.text("In progress")
