"""The words of what people are told: a title and a sentence for each kind. Keys are the English texts.

They read as a person would write them, the subject first (interface page, *Words*). The ticket's subject comes in as
`%(subject)s` already marked up by who renders it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from services.notify.rules import mail_words
from services.notify.rules.kinds import LINK
from services.notify.rules.story import Story
from services.notify.rules.voice import Voice
from shared.errors import Message


def title(story: Story, voice: Voice) -> str:
    """The title in lists, and the mail's subject: `Sua vez: aprovar o entendimento (2026-000123)`."""
    return _TITLES[story.kind](story, voice)


def sentence(story: Story, voice: Voice, subject: str) -> str:
    """What happened and what is asked, in one or two sentences; `subject` as it is to appear."""
    return _SENTENCES[story.kind](story, voice, subject)


def is_first(story: Story) -> bool:
    """Whether a one-time link is for somebody's first password."""
    return story.facts.get("purpose") == "first_access"


# ---- titles ------------------------------------------------------------------------------------------------------


def _your_turn(story: Story, voice: Voice) -> str:
    return voice.text("Your turn: %(stage)s (%(number)s)", stage=story.stage(voice), number=story.number)


def _approve(story: Story, voice: Voice) -> str:
    if story.approves == "understanding":
        return voice.text("Your turn: approve the understanding (%(number)s)", number=story.number)
    if story.approves == "result":
        return voice.text("Your turn: approve the result (%(number)s)", number=story.number)
    return voice.text("Your turn: decide on %(stage)s (%(number)s)", stage=story.stage(voice), number=story.number)


def _queue_turn(story: Story, voice: Voice) -> str:
    return _titled(story, voice, "New in the queue %(queue)s: %(subject)s (%(number)s)", queue=story.queue(voice))


def _third_party_turn(story: Story, voice: Voice) -> str:
    return _titled(story, voice, "Waiting for %(party)s: %(subject)s (%(number)s)", party=story.party(voice))


def _stage(story: Story, voice: Voice) -> str:
    return _titled(story, voice, "%(stage)s: %(subject)s (%(number)s)", stage=story.stage(voice))


def _finished(story: Story, voice: Voice) -> str:
    if story.facts.get("stage"):
        return _stage(story, voice)
    if story.facts.get("status") == "cancelled":
        return _titled(story, voice, "Cancelled: %(subject)s (%(number)s)")
    return _titled(story, voice, "Concluded: %(subject)s (%(number)s)")


def _parked(story: Story, voice: Voice) -> str:
    service = str(story.facts.get("service", ""))
    return voice.text("An event is stuck in the service %(service)s", service=service)


def _file_rejected(story: Story, voice: Voice) -> str:
    file = str(story.facts.get("file", ""))
    return voice.text("The file %(file)s was refused (%(number)s)", file=file, number=story.number)


def _rated(story: Story, voice: Voice) -> str:
    return _titled(story, voice, "Rated %(score)s of 5: %(subject)s (%(number)s)", score=_score(story))


def _score(story: Story) -> str:
    return str(story.facts.get("score") or "")


def _link(story: Story, voice: Voice) -> str:
    if is_first(story):
        return voice.text("Create your password at Vez")
    return voice.text("Choose a new password at Vez")


def _titled(story: Story, voice: Voice, key: str, **values: str) -> str:
    return voice.text(key, subject=story.subject, number=story.number, **values)


def _by_person(key: str) -> Callable[[Story, Voice], str]:
    return lambda story, voice: _titled(story, voice, key, person=story.by_name or "Vez")


def _plainly(key: str) -> Callable[[Story, Voice], str]:
    return lambda story, voice: _titled(story, voice, key)


_TITLES: Final[dict[str, Callable[[Story, Voice], str]]] = {
    "your_turn": _your_turn,
    "approve": _approve,
    "queue_turn": _queue_turn,
    "third_party_turn": _third_party_turn,
    "stage": _stage,
    "finished": _finished,
    "submission_refused": _plainly("Your request was not sent: %(subject)s (%(number)s)"),
    "message": _by_person("%(person)s wrote: %(subject)s (%(number)s)"),
    "mentioned": _by_person("%(person)s mentioned you: %(subject)s (%(number)s)"),
    "shared": _by_person("%(person)s shared with you: %(subject)s (%(number)s)"),
    "passed_on": _plainly("Passed on: %(subject)s (%(number)s)"),
    "rated": _rated,
    "file_rejected": _file_rejected,
    "deadline_near": _plainly("Deadline near: %(subject)s (%(number)s)"),
    "deadline_missed": _plainly("Deadline missed: %(subject)s (%(number)s)"),
    "fallback": _plainly("Nobody could take it: %(subject)s (%(number)s)"),
    "parked": _parked,
    **mail_words.TITLES,
    LINK: _link,
}


REASONS: Final = {
    "no_default_attendant": Message("No default attendant is set."),
    "default_attendant_cannot_act": Message("The default attendant cannot attend now."),
    "attendant_cannot_act": Message("The attendant that the rule names cannot attend now."),
    "queue_retired": Message("The queue that the rule names is no longer used."),
    "queue_has_nobody": Message("Nobody in the queue that the rule names can attend now."),
    "queue_empty": Message("Nobody is left in the queue that held it."),
    "holder_gone": Message("Who held it cannot attend any more."),
    "too_few_approvers": Message("Fewer than are needed can still decide."),
}
"""Why a fallback was taken, by the code that the workflow service gives."""


def reason(story: Story, voice: Voice) -> str:
    """Why it came so, where something was refused or a fallback was taken; else nothing."""
    refusal, fallback = story.facts.get("refusal") or {}, str(story.facts.get("fallback_reason") or "")
    if refusal:
        return voice.foreign(str(refusal.get("message") or ""), refusal.get("values") or {})
    if fallback:
        return voice.say(REASONS[fallback]) if fallback in REASONS else voice.foreign(fallback, {})
    return voice.foreign(str(story.facts.get("reason") or ""), {})


# ---- sentences ---------------------------------------------------------------------------------------------------


def _say_your_turn(story: Story, voice: Voice, subject: str) -> str:
    cause, stage = story.facts.get("cause"), story.stage(voice)
    if cause == "transfer" and story.by_name:
        return voice.text("%(person)s passed %(subject)s to you.", person=story.by_name, subject=subject)
    if cause == "wake":
        return voice.text("The time set for %(subject)s has come: it is your turn again.", subject=subject)
    if cause == "resume":
        return voice.text("The wait in %(subject)s is over: it is your turn again.", subject=subject)
    if story.to_client:
        return voice.text(
            "To go on with %(subject)s we need you: %(stage)s. It is your turn now.", subject=subject, stage=stage
        )
    if story.by_name and story.facts.get("is_first"):
        return voice.text("%(person)s sent %(subject)s. It is your turn now.", person=story.by_name, subject=subject)
    if story.by_name:
        key = "%(person)s moved %(subject)s to %(stage)s. It is your turn now."
        return voice.text(key, person=story.by_name, subject=subject, stage=stage)
    return voice.text("%(subject)s is now in %(stage)s, and it is your turn.", subject=subject, stage=stage)


def _say_approve(story: Story, voice: Voice, subject: str) -> str:
    if story.approves == "result":
        return voice.text(
            "What you see in %(subject)s was done. It is your turn now: say whether it is right.", subject=subject
        )
    if story.approves == "understanding" and story.by_name:
        key = "%(person)s looked into %(subject)s and wrote what will be done. It is your turn now: say if you agree."
        return voice.text(key, person=story.by_name, subject=subject)
    return voice.text("%(subject)s waits for your decision. It is your turn now.", subject=subject)


def _say_queue_turn(story: Story, voice: Voice, subject: str) -> str:
    return voice.text(
        "%(subject)s is in the queue %(queue)s, stage %(stage)s. Whoever takes it first has the turn.",
        subject=subject,
        queue=story.queue(voice),
        stage=story.stage(voice),
    )


def _say_third_party(story: Story, voice: Voice, subject: str) -> str:
    return voice.text(
        "%(subject)s waits for %(party)s, and you act for them.", subject=subject, party=story.party(voice)
    )


def _say_stage(story: Story, voice: Voice, subject: str) -> str:
    stage = story.stage(voice)
    if story.facts.get("reopened"):
        return voice.text("%(subject)s was opened again and is in %(stage)s.", subject=subject, stage=stage)
    if story.holder_name and story.side == "attendant":
        return voice.text(
            "%(subject)s is now in %(stage)s, with %(holder)s. You need do nothing; we tell you when it moves on.",
            subject=subject,
            stage=stage,
            holder=story.holder_name,
        )
    return voice.text(
        "%(subject)s is now in %(stage)s. You need do nothing; we tell you when it moves on.",
        subject=subject,
        stage=stage,
    )


def _say_finished(story: Story, voice: Voice, subject: str) -> str:
    if story.facts.get("status") == "cancelled":
        return voice.text("%(subject)s was cancelled.", subject=subject)
    if story.facts.get("reopen_until"):
        return voice.text(
            "%(subject)s is concluded. Was it solved? Rate it, or open it again if something is missing.",
            subject=subject,
        )
    return voice.text("%(subject)s is concluded. Was it solved? Rate it.", subject=subject)


def _say_refused(story: Story, voice: Voice, subject: str) -> str:
    refusal = story.facts.get("refusal") or {}
    why = voice.foreign(str(refusal.get("message") or "The flow did not accept it."), refusal.get("values") or {})
    return voice.text("%(subject)s is a draft again. %(why)s", subject=subject, why=why)


def _say_message(story: Story, voice: Voice, subject: str) -> str:
    return voice.text(
        "%(person)s wrote in the discussion of %(subject)s.", person=story.by_name or "Vez", subject=subject
    )


def _say_shared(story: Story, voice: Voice, subject: str) -> str:
    return voice.text(
        "%(person)s shared %(subject)s with you until %(due)s: you can read it and write in its discussion.",
        person=story.by_name or "Vez",
        subject=subject,
        due=_due(story, voice),
    )


def _say_passed_on(story: Story, voice: Voice, subject: str) -> str:
    person = story.by_name or "Vez"
    if story.facts.get("queue"):
        key = "%(person)s passed %(subject)s, which you held, to the queue %(queue)s."
        return voice.text(key, person=person, subject=subject, queue=story.queue(voice))
    key = "%(person)s passed %(subject)s, which you held, to %(holder)s."
    return voice.text(key, person=person, subject=subject, holder=story.holder_name)


def _say_rated(story: Story, voice: Voice, subject: str) -> str:
    score = _score(story)
    if story.by_name:
        key = "%(person)s rated %(subject)s, which you attended: %(score)s of 5."
        return voice.text(key, person=story.by_name, subject=subject, score=score)
    return voice.text("%(subject)s, which you attended, was rated: %(score)s of 5.", subject=subject, score=score)


def _say_file_rejected(story: Story, voice: Voice, subject: str) -> str:
    return voice.text(
        "%(file)s was not added to %(subject)s: %(reason)s",
        file=str(story.facts.get("file", "")),
        subject=subject,
        reason=voice.foreign(str(story.facts.get("reason", "")), {}),
    )


def _say_near(story: Story, voice: Voice, subject: str) -> str:
    return voice.text("%(subject)s is due by %(due)s.", subject=subject, due=_due(story, voice))


def _say_missed(story: Story, voice: Voice, subject: str) -> str:
    return voice.text(
        "%(subject)s was due by %(due)s and is still in %(stage)s.",
        subject=subject,
        due=_due(story, voice),
        stage=story.stage(voice),
    )


def _due(story: Story, voice: Voice) -> str:
    return voice.when(story.due_at) if story.due_at else ""


def _say_fallback(story: Story, voice: Voice, subject: str) -> str:
    why = reason(story, voice)
    if story.facts.get("fallback_reason") == "too_few_approvers":
        return voice.text("%(subject)s cannot be approved: %(why)s", subject=subject, why=why)
    if story.facts.get("queue"):
        key = "%(subject)s went to the queue %(queue)s instead of whom its stage names: %(why)s"
        return voice.text(key, subject=subject, queue=story.queue(voice), why=why)
    if story.holder_name:
        key = "%(subject)s went to %(holder)s instead of whom its stage names: %(why)s"
        return voice.text(key, subject=subject, holder=story.holder_name, why=why)
    return voice.text("Nobody has %(subject)s, and no fallback can take it: %(why)s", subject=subject, why=why)


def _say_parked(story: Story, voice: Voice, subject: str) -> str:
    return voice.text(
        "%(event)s could not be handled. Look at it among the parked events, and try it again or discard it.",
        event=str(story.facts.get("event_name", "")),
    )


def _say_link(story: Story, voice: Voice, subject: str) -> str:
    until = voice.when(story.expires_at)
    if is_first(story):
        return voice.text(
            "You have an account at Vez. Create the password with which you will sign in. "
            "The link works once, until %(until)s.",
            until=until,
        )
    return voice.text(
        "A new password was asked for, for your account at Vez. The link works once, until %(until)s. "
        "If it was not you, do nothing: your password stays as it is.",
        until=until,
    )


_SENTENCES: Final[dict[str, Callable[[Story, Voice, str], str]]] = {
    "your_turn": _say_your_turn,
    "approve": _say_approve,
    "queue_turn": _say_queue_turn,
    "third_party_turn": _say_third_party,
    "stage": _say_stage,
    "finished": _say_finished,
    "submission_refused": _say_refused,
    "message": _say_message,
    "mentioned": _say_message,
    "shared": _say_shared,
    "passed_on": _say_passed_on,
    "rated": _say_rated,
    "file_rejected": _say_file_rejected,
    "deadline_near": _say_near,
    "deadline_missed": _say_missed,
    "fallback": _say_fallback,
    "parked": _say_parked,
    **mail_words.SENTENCES,
    LINK: _say_link,
}
