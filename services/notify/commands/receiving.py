"""Mail that comes in: taken up once, dealt with, and its end recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, null, or_, select, update

from services.notify.access import INCOMING, LEASE, Arrived, among, claimed_incoming, incoming_of
from services.notify.commands.addressing import bury_address
from services.notify.commands.notifying import tell_administrators
from services.notify.models import deliveries, incoming, notices, people
from services.notify.rules import retries
from services.notify.rules.channels import mail_refusal
from services.notify.rules.facts import Person
from services.notify.rules.incoming import Failure, is_dead
from services.notify.rules.retention import first_id_at
from services.notify.rules.retries import Outcome
from services.notify.rules.shown import ShownIncoming
from shared import clock
from shared import people as people_replica
from shared.database import compiled
from shared.errors import Conflict, NotFound
from shared.ids import SYSTEM, Actor, new_id
from shared.transaction import Transaction

MOST_TOLD_A_DAY: Final = 5
"""A program that writes as a person might never stops by itself: whoever is told so often hears no more that day."""

_KNOWN: Final = compiled(select(incoming.c.id).where(incoming.c.key == bindparam("key")))
_ONE: Final = compiled(INCOMING.where(incoming.c.id == bindparam("id")))
_KEY: Final = compiled(select(incoming.c.key).where(incoming.c.id == bindparam("id")))
_TOLD: Final = compiled(
    select(func.count()).where(
        deliveries.c.recipient_id == bindparam("person_id"),
        among(deliveries.c.kind, "mail_refused", "mail_draft"),
        deliveries.c.id > bindparam("since"),
    )
)
_LETTERS: Final = compiled(
    select(deliveries.c.id, deliveries.c.recipient_id, people.c.display_name, people.c.email)
    .select_from(deliveries.join(people, people.c.id == deliveries.c.recipient_id))
    .where(
        deliveries.c.id == bindparam("id"),
        among(deliveries.c.channel, "mail"),
        among(deliveries.c.state, "sent", "parked"),
    )
)
_OLD: Final = (
    select(incoming.c.key)
    .where(incoming.c.id < bindparam("before"), among(incoming.c.state, "taken", "ignored", "refused", "parked"))
    .limit(bindparam("most"))
)
_FORGET: Final = compiled(delete(incoming).where(incoming.c.key.in_(_OLD)).returning(incoming.c.id))
_AHEAD: Final = compiled(
    update(incoming)
    .where(
        among(incoming.c.state, "waiting"),
        or_(incoming.c.received_at > bindparam("ahead"), incoming.c.leased_until > bindparam("far")),
        or_(incoming.c.next_try_at > bindparam("now"), incoming.c.leased_until.is_not(None)),
    )
    .values(next_try_at=bindparam("now"), leased_until=null())
    .returning(incoming.c.id)
)


def take_in(
    tx: Transaction, actor: Actor, key: str, source: str, sender: str, recipients: Sequence[str], content: bytes
) -> bool:
    """Keep a mail that came in, to be dealt with; false where it came in before. The same key is kept once."""
    if tx.one(_KNOWN, key=key) is not None:
        return False
    row = {"key": key, "id": new_id(), "source": source, "sender": sender, "recipients": list(recipients)}
    # `newer` than itself it never is: of two that come in at once the first one stays.
    tx.upsert(
        incoming,
        {**row, "content": content, "received_at": tx.now, "state": "waiting", "tries": 0, "next_try_at": tx.now},
        newer="tries",
    )
    tx.wake("mail_in")
    return True


def claim_incoming(tx: Transaction, actor: Actor, most: int) -> list[Arrived]:
    """Lease up to `most` mails that wait to the caller."""
    return claimed_incoming(tx, most)


def catch_up_incoming(tx: Transaction, actor: Actor) -> int:
    """After the clock went back: mail that came in, or was claimed, in what is now the future is due at once; how much.

    Dealing with a mail twice at a time does nothing twice.
    """
    ahead = tx.now + clock.DIFFER
    return len(tx.all(_AHEAD, ahead=ahead, far=ahead + LEASE, now=tx.now))


def note_progress(tx: Transaction, actor: Actor, one: Arrived, **done: Any) -> None:
    """Note what of a mail is done (ticket_id, message_id, files_done), so that no later try does it again."""
    tx.update(incoming, {"key": one.key}, done, must=False)


def end_incoming(
    tx: Transaction, actor: Actor, one: Arrived, state: str, reason: str | None = None, **facts: Any
) -> None:
    """A mail came to its end: taken, ignored or refused, and why. Its content is not kept."""
    ended = {"state": state, "reason": reason, "content": None, "next_try_at": None, "leased_until": None}
    tx.update(incoming, {"key": one.key}, {**ended, **facts}, must=False)


def postpone_incoming(tx: Transaction, actor: Actor, one: Arrived, reason: str, *, unreached: bool) -> None:
    """Try a mail again later; after three days of failures it is parked, and administrators are told."""
    outcome = Outcome(sent=False, reason=reason[:500], unreached=unreached)
    fate = retries.settle(outcome, tries=one.tries, since=one.received_at, now=tx.now)
    state = "parked" if fate.state == "parked" else "waiting"
    again = {"next_try_at": fate.next_try_at, "tries": one.tries - unreached, "leased_until": None}
    values = {"state": state, "reason": fate.reason, **again}
    tx.update(incoming, {"key": one.key}, values, expect={"leased_until": one.leased_until}, must=False)
    if state == "parked":
        tell_administrators(tx, "mail.parked", "mail_parked", {"sender": one.sender, "reason": fate.reason})


def retry_incoming(tx: Transaction, actor: Actor, id: str) -> ShownIncoming:
    """Deal with a parked mail again. Raises NotFound, Conflict where it is not parked."""
    row = tx.one(_ONE, id=id)
    if row is None:
        raise NotFound("There is no such message")
    if row.state != "parked":
        raise Conflict("This message is %(state)s: only what is parked can be tried again", state=row.state)
    again = {"state": "waiting", "reason": None, "tries": 0, "received_at": tx.now, "next_try_at": tx.now}
    tx.update(incoming, {"key": tx.scalar(_KEY, id=id)}, again, expect={"state": "parked"})
    tx.wake("mail_in")
    return incoming_of(row, **again)


def record_bounce(tx: Transaction, actor: Actor, delivery_id: str, failures: Sequence[Failure]) -> bool:
    """A letter of ours came back: it was not delivered after all, and an address that is no more is left alone.

    False where no letter that was sent to one of these addresses has this id: somebody made it up.
    """
    row = tx.one(_LETTERS, id=delivery_id)
    about = next((f for f in failures if row is not None and f.address == (row.email or "").lower()), None)
    if row is None or about is None:
        return False
    reason = f"It came back: {about.status} {about.said}".strip()[:500]
    tx.update(deliveries, {"id": row.id}, {"state": "parked", "reason": reason}, must=False)
    if is_dead(about):
        bury_address(tx, actor, row.recipient_id, row.display_name, row.email, reason)
    else:
        facts = {"recipient": row.display_name, "channel": "mail", "reason": reason, "delivery_id": row.id}
        tell_administrators(tx, "delivery.parked", "gave_up", facts)
    return True


def tell_writer(tx: Transaction, actor: Actor, person_id: str, kind: str, facts: dict[str, Any]) -> None:
    """Tell who wrote a mail what became of it, in the product and by mail; nothing where they were told often today."""
    since = first_id_at(tx.now - timedelta(days=1))
    person = people_replica.find(tx, [person_id]).get(person_id)
    if person is None or (tx.scalar(_TOLD, person_id=person_id, since=since) or 0) >= 2 * MOST_TOLD_A_DAY:
        return
    event_id = new_id()
    told = {"id": event_id, "event": f"mail.{kind.removeprefix('mail_')}", "ticket_id": None, "actor_id": SYSTEM.id}
    tx.insert(notices, {**told, "occurred_at": tx.now, "facts": facts})
    known = Person(id=person.id, name=person.name, email=person.email, mail=person.mail)
    refusal = mail_refusal(kind, known)
    row = {"event_id": event_id, "recipient_id": person_id, "kind": kind, "created_at": tx.now}
    tx.insert(deliveries, {**row, "id": new_id(), "channel": "in_app", "state": "sent", "sent_at": tx.now})
    queued = {"state": "queued", "due_at": tx.now, "next_try_at": tx.now}
    held = {"state": "suppressed", "reason": refusal}
    tx.insert(deliveries, {**row, "id": new_id(), "channel": "mail", **(held if refusal else queued)})


def forget_incoming(tx: Transaction, actor: Actor, before: str, most: int) -> int:
    """Forget mails that came to their end before the id `before`; how many."""
    return len(tx.all(_FORGET, before=before, most=most))
