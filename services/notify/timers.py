"""What time starts here: mail leaves, and old deliveries are forgotten. Claim, reach out, settle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, cast

from services.notify import commands, queries
from services.notify.commands import Claimed
from services.notify.gateways.composing import Addressed, Composer
from services.notify.gateways.mail import Post
from services.notify.gateways.speech import voice_for
from services.notify.options import Options
from services.notify.queries import Envelope
from services.notify.rules.channels import mail_refusal
from services.notify.rules.letter import House, write
from services.notify.rules.retention import first_id_at
from services.notify.rules.retries import Outcome
from services.notify.rules.streaming import KEPT_FOR
from shared import clock
from shared.ids import SYSTEM
from shared.inbox import Runtime, Timer

BATCH: Final = 25
SPARE_SECONDS: Final = 30.0
"""What must be left of a lease before another letter is begun, so that nobody else begins it meanwhile."""


def send_mail(runtime: Runtime) -> int:
    """Send the mail that is due, one batch; how many were claimed."""
    post = cast(Post, runtime.gateways["post"])
    if not post.is_open():
        return 0
    claimed = runtime.run(lambda tx: commands.claim(tx, SYSTEM, "mail", BATCH))
    if not claimed:
        return 0
    began = clock.monotonic()
    with runtime.reader() as reader:
        found = queries.envelopes(reader, [one.id for one in claimed])
    for place, one in enumerate(claimed):
        if clock.monotonic() - began > commands.LEASE.total_seconds() - SPARE_SECONDS or not post.is_open():
            _give_back(runtime, claimed[place:])
            break
        _send_one(runtime, post, one, found.get(one.id))
    return len(claimed)


def _give_back(runtime: Runtime, claimed: Sequence[Claimed]) -> None:
    runtime.run(lambda tx: commands.release(tx, SYSTEM, claimed))


def _send_one(runtime: Runtime, post: Post, one: Claimed, envelope: Envelope | None) -> None:
    refusal = "forgotten" if envelope is None else _refusal(envelope)
    if envelope is None or refusal is not None:
        runtime.run(lambda tx: commands.suppress(tx, SYSTEM, one, str(refusal)))
        return
    outcome = _hand_in(runtime, post, one, envelope)
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


def _hand_in(runtime: Runtime, post: Post, one: Claimed, envelope: Envelope) -> Outcome:
    composer = cast(Composer, runtime.gateways["composer"])
    options = cast(Options, runtime.options)
    person, now = envelope.recipient, clock.now()
    house = House(envelope.house, options.public_url.rstrip("/"))
    letter = write(envelope.story, voice_for(person), house, name=person.name, now=now)
    to = Addressed(one.id, person.id, person.name, str(person.email), envelope.ticket_id, envelope.story.kind)
    return post.send(composer.compose(letter, to, now), to.email)


def forget_old(runtime: Runtime) -> int:
    """Forget deliveries older than the house keeps them."""
    options = cast(Options, runtime.options)
    before = first_id_at(clock.now() - timedelta(days=options.keep_days))
    return runtime.run(lambda tx: commands.forget_old(tx, SYSTEM, before, 500))


def forget_stream(runtime: Runtime) -> int:
    """Forget what the screens no longer ask for; how many happenings."""
    before = first_id_at(clock.now() - KEPT_FOR)
    return runtime.run(lambda tx: commands.forget_stream(tx, SYSTEM, before, 2000))


TIMERS: Final = (
    Timer("mail", 0.5, send_mail),
    Timer("forget", 3600.0, forget_old),
    Timer("forget_stream", 60.0, forget_stream),
)
