"""The words of what is told of mail itself: what became of a mail that came in, and what could not be delivered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from services.notify.rules.story import Story
from services.notify.rules.voice import Voice


def _undeliverable(story: Story, voice: Voice) -> str:
    return voice.text("%(address)s receives no e-mail", address=str(story.facts.get("address", "")))


def _gave_up(story: Story, voice: Voice) -> str:
    return voice.text("A message to %(recipient)s was given up", recipient=str(story.facts.get("recipient", "")))


def _mail_draft(story: Story, voice: Voice) -> str:
    return voice.text("Your e-mail became a draft: %(subject)s", subject=_mailed(story))


def _mail_refused(story: Story, voice: Voice) -> str:
    if story.facts.get("file"):
        return voice.text("A file of your e-mail was not added: %(file)s", file=str(story.facts["file"]))
    return voice.text("Your e-mail was not added: %(subject)s", subject=_mailed(story))


def _mail_parked(story: Story, voice: Voice) -> str:
    return voice.text("An e-mail that came in is stuck")


def _mailed(story: Story) -> str:
    """The subject of the mail that somebody wrote."""
    return str(story.facts.get("subject") or "")


TITLES: Final[dict[str, Callable[[Story, Voice], str]]] = {
    "gave_up": _gave_up,
    "undeliverable": _undeliverable,
    "mail_draft": _mail_draft,
    "mail_refused": _mail_refused,
    "mail_parked": _mail_parked,
}
"""By kind."""


def _say_gave_up(story: Story, voice: Voice, subject: str) -> str:
    return voice.text(
        "It could not be delivered: %(reason)s. Look at it among the deliveries; send it again once that is mended.",
        reason=str(story.facts.get("reason", "")),
    )


def _say_undeliverable(story: Story, voice: Voice, subject: str) -> str:
    return voice.text(
        "Mail to %(person)s (%(address)s) is refused: %(reason)s. Correct the address; until then it is not used.",
        person=str(story.facts.get("person", "")),
        address=str(story.facts.get("address", "")),
        reason=str(story.facts.get("reason", "")),
    )


def _say_mail_draft(story: Story, voice: Voice, subject: str) -> str:
    why = str(story.facts.get("why") or "")
    if why:
        key = "It is kept as a draft, because something is missing: %(why)s Complete it and send it."
        return voice.text(key, why=why)
    return voice.text("It is kept as a draft. Complete it and send it.")


def _say_mail_refused(story: Story, voice: Voice, subject: str) -> str:
    why = str(story.facts.get("why") or "")
    if story.facts.get("file"):
        return why or voice.text("It is of a kind that is not taken here.")
    return voice.text("%(why)s What you wrote was not kept: write it here instead.", why=why).strip()


def _say_mail_parked(story: Story, voice: Voice, subject: str) -> str:
    return voice.text(
        "It is from %(sender)s and was tried for three days: %(reason)s",
        sender=str(story.facts.get("sender", "")),
        reason=str(story.facts.get("reason", "")),
    )


SENTENCES: Final[dict[str, Callable[[Story, Voice, str], str]]] = {
    "gave_up": _say_gave_up,
    "undeliverable": _say_undeliverable,
    "mail_draft": _say_mail_draft,
    "mail_refused": _say_mail_refused,
    "mail_parked": _say_mail_parked,
}
"""By kind; none of them names a request, so what stands for its subject is of no account."""
