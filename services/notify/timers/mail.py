"""Mail: what is due leaves by the kept connection, one letter after the other, each settled by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from services.notify import commands, queries
from services.notify.access import LEASE, Claimed
from services.notify.gateways.composing import Addressed, Composer
from services.notify.gateways.mail import Post
from services.notify.gateways.speech import voice_for
from services.notify.options import Options
from services.notify.queries import Envelope
from services.notify.rules.channels import mail_refusal
from services.notify.rules.letter import House, write
from services.notify.rules.retries import Outcome
from services.notify.timers.seeing import Sight, hold_back, look
from shared import clock
from shared.ids import SYSTEM
from shared.inbox import Runtime

BATCH: Final = 25
SPARE_SECONDS: Final = 30.0
"""What must be left of a lease before another letter is begun, so that nobody else begins it meanwhile."""


def send_mail(runtime: Runtime) -> int:
    """Send the mail that is due, one batch; how many were claimed."""
    post = cast(Post, runtime.gateways["post"])
    if not post.is_open():
        return 0
    leased = runtime.run(lambda tx: commands.claim_mail(tx, SYSTEM, BATCH))
    if not leased:
        return 0
    began = clock.monotonic()
    with runtime.reader() as reader:
        found = queries.envelopes(reader, [one.id for one in leased])
    sight = look(runtime, {(envelope.recipient.id, envelope.ticket_id) for envelope in found.values()})
    for place, one in enumerate(leased):
        if clock.monotonic() - began > LEASE.total_seconds() - SPARE_SECONDS or not post.is_open():
            _give_back(runtime, leased[place:])
            break
        _send_one(runtime, one, found.get(one.id), sight)
    return len(leased) if sight.asked else 0


def _give_back(runtime: Runtime, leased: Sequence[Claimed]) -> None:
    runtime.run(lambda tx: commands.release(tx, SYSTEM, leased))


def _send_one(runtime: Runtime, one: Claimed, envelope: Envelope | None, sight: Sight) -> None:
    refusal = "forgotten" if envelope is None else _refusal(envelope)
    if envelope is None or refusal is not None:
        runtime.run(lambda tx: commands.suppress(tx, SYSTEM, one, str(refusal)))
        return
    if not sight.allows(envelope.recipient.id, envelope.ticket_id):
        hold_back(runtime, one, sight)
        return
    outcome = _hand_in(runtime, one, envelope)
    runtime.run(lambda tx: commands.record_outcome(tx, SYSTEM, one, outcome))
    if outcome.dead_address:
        person = envelope.recipient
        address, reason = str(person.email), str(outcome.reason)
        runtime.run(lambda tx: commands.bury_address(tx, SYSTEM, person.id, person.name, address, reason))


def _refusal(envelope: Envelope) -> str | None:
    """Why a letter is not to leave after all: what changed since it was queued."""
    if envelope.is_deleted:
        return "deleted"
    if not envelope.recipient.is_active:
        return "inactive"
    return mail_refusal(envelope.story.kind, envelope.recipient)


def _hand_in(runtime: Runtime, one: Claimed, envelope: Envelope) -> Outcome:
    post = cast(Post, runtime.gateways["post"])
    composer = cast(Composer, runtime.gateways["composer"])
    options = cast(Options, runtime.options)
    person, now = envelope.recipient, clock.now()
    house = House(envelope.house, options.public_url.rstrip("/"))
    letter = write(envelope.story, voice_for(person), house, name=person.name, now=now)
    to = Addressed(one.id, person.id, person.name, str(person.email), envelope.ticket_id, envelope.story.kind)
    return post.send(composer.compose(letter, to, now), to.email)
