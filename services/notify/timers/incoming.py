"""Mail that came in: each is judged, and becomes a message, a request or the news that a letter came back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from services.notify import commands, queries
from services.notify.access import Arrived
from services.notify.gateways.doors import doors
from services.notify.gateways.reading import own_words, read
from services.notify.gateways.speaking import Refused, Speaker
from services.notify.gateways.speech import voice_for
from services.notify.options import Options
from services.notify.rules import incoming as rules
from services.notify.rules.doors import Doors
from services.notify.rules.incoming import Destination, Mail
from services.notify.timers.settling import surely
from shared import telemetry
from shared.errors import Missing, NotFound, Retryable
from shared.ids import SYSTEM
from shared.inbox import Runtime
from shared.people import Person
from shared.transaction import Transaction

BATCH: Final = 5
"""Each may be as large as a message may be, and all are in memory at once."""
log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a mail: taken, ignored or refused, why, and about what."""

    state: str
    reason: str | None = None
    ticket_id: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A mail with all that dealing with it needs."""

    runtime: Runtime
    arrived: Arrived
    mail: Mail

    @property
    def options(self) -> Options:
        """The service's options."""
        return cast(Options, self.runtime.options)

    def note(self, **done: Any) -> None:
        """Write down what is done, so that no later try does it again."""
        surely(self.runtime, lambda tx: commands.note_progress(tx, SYSTEM, self.arrived, **done))

    def tell(self, person: Person, kind: str, **facts: Any) -> None:
        """Tell the writer what became of it."""
        told = {"subject": self.mail.subject, **facts}
        surely(self.runtime, lambda tx: commands.tell_writer(tx, SYSTEM, person.id, kind, told))


def take_mail_in(runtime: Runtime) -> int:
    """Deal with the mail that waits; how many. Where none is taken in there is nothing to look for."""
    options = cast(Options, runtime.options)
    if not (options.mail_in_url or options.imap_url):
        return 0
    leased = runtime.run(lambda tx: commands.claim_incoming(tx, SYSTEM, BATCH))
    for one in leased:
        _deal(runtime, one)
    return len(leased)


def _deal(runtime: Runtime, one: Arrived) -> None:
    case = Case(runtime, one, read(one.content, one.sender, one.recipients))
    try:
        ended, person_id = _judged(case)
    except Retryable as error:
        _postpone(case, str(error), unreached=True)
    except Exception as error:
        log.exception("mail_in_failed", mail=one.id)
        _postpone(case, f"{type(error).__name__}: {error}", unreached=False)
    else:
        facts = {"subject": case.mail.subject, "person_id": person_id, "ticket_id": ended.ticket_id}
        surely(runtime, partial(_end, one=one, ended=ended, facts=facts))
        log.info("mail_in", mail=one.id, state=ended.state, reason=ended.reason)


def _postpone(case: Case, reason: str, *, unreached: bool) -> None:
    one = case.arrived
    surely(case.runtime, lambda tx: commands.postpone_incoming(tx, SYSTEM, one, reason, unreached=unreached))


def _end(tx: Transaction, *, one: Arrived, ended: Ended, facts: dict[str, Any]) -> None:
    commands.end_incoming(tx, SYSTEM, one, ended.state, ended.reason, **facts)


def _judged(case: Case) -> tuple[Ended, str | None]:
    """What became of it, and who wrote it, where that is known. Raises Retryable."""
    mail, places = case.mail, doors(case.options)
    if rules.own_echo(mail, places):
        return Ended("ignored", "loop"), None
    if mail.bounce is not None:
        return _bounced(case, places), None
    robot = rules.automatic(mail)
    if robot is not None:
        return Ended("ignored", f"automatic: {robot}"), None
    to = rules.destination(mail, places, case.options.mail_domain)
    if to is None:
        return Ended("refused", "no_destination"), None
    return _from_somebody(case, to)


def _bounced(case: Case, places: Doors) -> Ended:
    bounce = case.mail.bounce
    assert bounce is not None
    failed = [failure for failure in bounce.failures if failure.action == "failed"]
    if not failed:
        return Ended("ignored", "delayed")
    door = places.at(bounce.answers_to) if bounce.answers_to else None
    delivery_id = door.delivery_id if door is not None else None
    if delivery_id is None:
        delivery_id = rules.letter_of(bounce.letter_id, case.options.mail_domain)
    if delivery_id is None:
        return Ended("ignored", "not_our_letter")
    known = case.runtime.run(lambda tx: commands.record_bounce(tx, SYSTEM, delivery_id, failed))
    return Ended("taken", "bounce") if known else Ended("ignored", "not_our_letter")


def _from_somebody(case: Case, to: Destination) -> tuple[Ended, str | None]:
    """Who wrote is found and proven before anything is done, and nobody else ever hears of it."""
    person = _writer(case)
    if person is None:
        return Ended("refused", "stranger"), None
    letter = None
    if to.delivery_id is not None:
        with case.runtime.reader() as reader:
            letter = queries.answered(reader, to.delivery_id)
    holds_token = to.door.delivery_id is not None and letter is not None and letter.recipient_id == person.id
    proven = rules.proof(case.mail, case.options.authserv_id)
    if proven is False or (proven is None and not holds_token):
        return Ended("refused", "unproven"), person.id
    ticket_id = None
    if to.door.intake is not None:
        act: Callable[[Speaker], Ended] = partial(_open, case, person, to)
    else:
        ticket_id = to.ticket_id or (letter.ticket_id if letter is not None else None)
        if ticket_id is None:
            return Ended("refused", "no_ticket"), person.id
        internal = letter is not None and letter.is_internal
        act = partial(_answer, case, person, ticket_id, internal)
    return _acted(case, person, act, ticket_id), person.id


def _writer(case: Case) -> Person | None:
    email = case.mail.sender
    try:
        return case.runtime.run(lambda tx: queries.writer(tx, email, ask=True))
    except (Missing, NotFound):
        return None


def _acted(case: Case, person: Person, act: Callable[[Speaker], Ended], ticket_id: str | None) -> Ended:
    """`ticket_id`: the ticket that the mail is for, where it is for one that there is."""
    speaker = Speaker(case.runtime.services, person.id, case.arrived.id, person.language)
    try:
        return act(speaker)
    except Refused as refused:
        about = {} if ticket_id is None else {"ticket_id": ticket_id}
        case.tell(person, "mail_refused", why=refused.text, **about)
        return Ended("refused", f"{refused.status} {refused.text}"[:500])
    except NotFound:
        return Ended("refused", "inactive")


def _answer(case: Case, person: Person, ticket_id: str, internal: bool, speaker: Speaker) -> Ended:
    message_id = case.arrived.message_id
    if message_id is None:
        message_id = speaker.write(ticket_id, _body(case, person), internal=internal)
        case.note(ticket_id=ticket_id, message_id=message_id)
    _attach(case, person, ticket_id, speaker, message_id=message_id, internal=internal)
    return Ended("taken", "answer", ticket_id)


def _open(case: Case, person: Person, to: Destination, speaker: Speaker) -> Ended:
    intake, ticket_id = to.door.intake, case.arrived.ticket_id
    assert intake is not None
    if ticket_id is None:
        ticket_id = speaker.draft(intake.type, case.mail.subject, own_words(case.mail))
        case.note(ticket_id=ticket_id)
    _attach(case, person, ticket_id, speaker)
    if intake.submits:
        try:
            speaker.submit(ticket_id)
            return Ended("taken", "submitted", ticket_id)
        except Refused as refused:
            case.tell(person, "mail_draft", ticket_id=ticket_id, why=refused.text)
            return Ended("taken", f"draft: {refused.text}"[:500], ticket_id)
    case.tell(person, "mail_draft", ticket_id=ticket_id)
    return Ended("taken", "draft", ticket_id)


def _body(case: Case, person: Person) -> str:
    """What was written; of a mail that brings files alone a word about them, since a message says something."""
    words = own_words(case.mail)
    if words:
        return words
    voice = voice_for(person)
    if case.mail.files:
        return voice.text("Files sent by e-mail: %(names)s", names=", ".join(f.name for f in case.mail.files))[:20_000]
    raise Refused(422, voice.text("Your e-mail has no text of its own."))


def _attach(
    case: Case,
    person: Person,
    ticket_id: str,
    speaker: Speaker,
    *,
    message_id: str | None = None,
    internal: bool = False,
) -> None:
    """Add the files that are not added yet; its writer is told of those that are not taken."""
    for number, file in enumerate(case.mail.files):
        if number < case.arrived.files_done:
            continue
        try:
            speaker.attach(ticket_id, number, file, message_id=message_id, internal=internal)
        except Refused as refused:
            case.tell(person, "mail_refused", ticket_id=ticket_id, file=file.name, why=refused.text)
        case.note(files_done=number + 1)
