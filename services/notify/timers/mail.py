"""Mail: what is due leaves by the kept connection, one message after the other, each settled by itself.

Who chose digests or quiet hours gets what waits for them in one message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, cast

from services.notify import commands, queries
from services.notify.access import LEASE, Claimed
from services.notify.gateways.composing import Addressed, Composer
from services.notify.gateways.mail import Post
from services.notify.gateways.speech import voice_for
from services.notify.options import MAIL_TIMEOUT_MOST, Options
from services.notify.queries import Envelope
from services.notify.rules.channels import gathers, mail_refusal, sleeps_until
from services.notify.rules.kinds import LINK
from services.notify.rules.letter import House, gather, write
from services.notify.rules.retries import Outcome
from services.notify.timers.links import addressed
from services.notify.timers.seeing import Sight, hold_back, look
from services.notify.timers.settling import count, surely
from shared import clock, telemetry
from shared.ids import SYSTEM
from shared.inbox import Runtime
from shared.transaction import Transaction

BATCH: Final = 25
MOST_IN_ONE: Final = 100
SPARE_SECONDS: Final = 4 * MAIL_TIMEOUT_MOST
"""What must be left of a lease before another letter is begun: a slow server may take as long (four answers), and
nobody else may begin it meanwhile."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A leased delivery that may leave, and what it brings."""

    claimed: Claimed
    envelope: Envelope


def send_mail(runtime: Runtime) -> int:
    """Send the mail that is due, one batch; how many were claimed."""
    post = cast(Post, runtime.gateways["post"])
    if not post.is_open():
        return 0
    began = clock.monotonic()
    leased = runtime.run(lambda tx: commands.claim_mail(tx, SYSTEM, BATCH))
    if not leased:
        return 0
    messages, sight = _sorted_out(runtime, leased)
    for place, message in enumerate(messages):
        if clock.monotonic() - began > LEASE.total_seconds() - SPARE_SECONDS or not post.is_open():
            _give_back(runtime, [ready.claimed for rest in messages[place:] for ready in rest])
            break
        _send(runtime, message)
    return len(leased) if sight.asked else 0


def _sorted_out(runtime: Runtime, leased: Sequence[Claimed]) -> tuple[list[list[Ready]], Sight]:
    """What may leave, as messages; what may not is settled."""
    found = _envelopes(runtime, leased)
    leased = _awake(runtime, leased, found)
    gathering = {e.recipient.id for e in _among(found, leased) if gathers(e.story.kind, e.recipient)}
    rest = [one for id in sorted(gathering) for one in _rest(runtime, id)]
    found |= _envelopes(runtime, rest)
    sight = look(runtime, {(envelope.recipient.id, envelope.ticket_id) for envelope in _among(found, (*leased, *rest))})
    messages: dict[str, list[Ready]] = {}
    for one in (*leased, *rest):
        ready = _ready(runtime, one, found.get(one.id), sight)
        if ready is not None:
            together = gathers(ready.envelope.story.kind, ready.envelope.recipient)
            key = one.recipient_id if together else one.id
            messages.setdefault(key, []).append(ready)
    return list(messages.values()), sight


def _awake(runtime: Runtime, leased: Sequence[Claimed], found: Mapping[str, Envelope]) -> list[Claimed]:
    """Those whose recipients may be woken; what failed and is tried again waits for the end of quiet hours too."""
    now, awake = clock.now(), []
    for one in leased:
        envelope = found.get(one.id)
        until = None if envelope is None else sleeps_until(envelope.story.kind, envelope.recipient, now)
        if until is None:
            awake.append(one)
        else:
            runtime.run(partial(_put_off, one=one, until=until))
    return awake


def _put_off(tx: Transaction, *, one: Claimed, until: datetime) -> None:
    commands.put_off(tx, SYSTEM, one, until)


def _among(found: Mapping[str, Envelope], leased: Sequence[Claimed]) -> list[Envelope]:
    return [found[one.id] for one in leased if one.id in found]


def _envelopes(runtime: Runtime, leased: Sequence[Claimed]) -> dict[str, Envelope]:
    if not leased:
        return {}
    with runtime.reader() as reader:
        return queries.envelopes(reader, [one.id for one in leased])


def _rest(runtime: Runtime, recipient_id: str) -> list[Claimed]:
    return runtime.run(lambda tx: commands.claim_rest(tx, SYSTEM, recipient_id, MOST_IN_ONE))


def _ready(runtime: Runtime, one: Claimed, envelope: Envelope | None, sight: Sight) -> Ready | None:
    refusal = "forgotten" if envelope is None else _refusal(envelope)
    if envelope is None or refusal is not None:
        runtime.run(lambda tx: commands.suppress(tx, SYSTEM, one, str(refusal)))
        return None
    if not sight.allows(envelope.recipient.id, envelope.ticket_id):
        hold_back(runtime, one, sight)
        return None
    return Ready(one, envelope)


def _refusal(envelope: Envelope) -> str | None:
    """Why a letter is not to leave after all: what changed since it was queued."""
    if envelope.is_deleted:
        return "deleted"
    if not envelope.recipient.is_active:
        return "inactive"
    return mail_refusal(envelope.story.kind, envelope.recipient)


def _give_back(runtime: Runtime, leased: Sequence[Claimed]) -> None:
    runtime.run(lambda tx: commands.release(tx, SYSTEM, leased))


def _send(runtime: Runtime, message: Sequence[Ready]) -> None:
    if message[0].envelope.story.kind == LINK:
        claimed, envelope = message[0].claimed, message[0].envelope
        story = addressed(runtime, claimed, envelope.story)
        if story is None:
            return
        message = [Ready(claimed, replace(envelope, story=story))]
    outcome = _hand_in(runtime, message)
    count("mail", outcome)
    for ready in message:
        surely(runtime, partial(_record, one=ready.claimed, outcome=outcome))
    telemetry.crash_point("after_settle")
    if outcome.dead_address:
        person = message[0].envelope.recipient
        address, reason = str(person.email), str(outcome.reason)
        runtime.run(lambda tx: commands.bury_address(tx, SYSTEM, person.id, person.name, address, reason))


def _record(tx: Transaction, *, one: Claimed, outcome: Outcome) -> None:
    commands.record_outcome(tx, SYSTEM, one, outcome)


def _hand_in(runtime: Runtime, message: Sequence[Ready]) -> Outcome:
    composer, post = cast(Composer, runtime.gateways["composer"]), cast(Post, runtime.gateways["post"])
    first, now = message[0].envelope, clock.now()
    person, voice = first.recipient, voice_for(first.recipient)
    house = House(first.house, cast(Options, runtime.options).public_url.rstrip("/"), first.logo)
    answers = composer.takes_answers and _thread(message) is not None
    letters = [
        write(e.story, voice, house, name=person.name, now=now, texts=e.texts, answers=answers)
        for e in (ready.envelope for ready in message)
    ]
    to = Addressed(
        delivery_ids=tuple(ready.claimed.id for ready in message),
        person_id=person.id,
        name=person.name,
        email=str(person.email),
        ticket_id=_thread(message),
        kind=first.story.kind if len(message) == 1 else "digest",
    )
    composed = composer.compose(gather(letters, voice), to, now)
    telemetry.crash_point("before_send")
    outcome = post.send(composed, to.email)
    telemetry.crash_point("after_send")
    return outcome


def _thread(message: Sequence[Ready]) -> str | None:
    """The ticket that a message is all about."""
    tickets = {ready.envelope.ticket_id for ready in message}
    return tickets.pop() if len(tickets) == 1 else None
