"""The ledger's own life: rows are claimed, their outcome is recorded, they are retried, and forgotten in the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ARRAY, bindparam, delete, exists, func, literal_column, null, or_, select, update

from services.notify.access import DELIVERIES, LEASE, Claimed, among, claimed, claiming, delivery_of
from services.notify.commands.notifying import tell_administrators
from services.notify.models import addresses, deliveries, notices
from services.notify.rules import retries
from services.notify.rules.retention import first_id_at
from services.notify.rules.retries import Outcome
from services.notify.rules.shown import ShownDelivery
from shared import clock
from shared.database import Id, compiled
from shared.errors import Conflict, NotFound
from shared.ids import Actor
from shared.transaction import Transaction

RETRIABLE: Final = ("failed", "parked")

_CLAIM: Final = compiled(claiming("mail"))
_CLAIM_REST: Final = compiled(
    claiming("mail", deliveries.c.recipient_id == bindparam("recipient_id"), is_due=literal_column("true"))
)
_ONE: Final = compiled(DELIVERIES.where(deliveries.c.id == bindparam("id")))
_GIVEN_UP: Final = compiled(
    select(deliveries.c.id)
    .where(
        deliveries.c.recipient_id == bindparam("recipient_id"),
        deliveries.c.channel == bindparam("channel"),
        among(deliveries.c.state, "parked"),
        deliveries.c.id > bindparam("since"),
    )
    .limit(1)
)
_OLD: Final = (
    select(deliveries.c.id)
    .where(deliveries.c.id < bindparam("before"), among(deliveries.c.state, "sent", "suppressed", "parked"))
    .order_by(deliveries.c.id)
    .limit(bindparam("most"))
)
_FORGET: Final = compiled(delete(deliveries).where(deliveries.c.id.in_(_OLD)).returning(deliveries.c.event_id))
_FORGET_NOTICES: Final = compiled(
    delete(notices)
    .where(notices.c.id == func.any(bindparam("ids", type_=ARRAY(Id()))))
    .where(~exists().where(deliveries.c.event_id == notices.c.id))
    .returning(notices.c.id)
)

_AHEAD: Final = compiled(
    update(deliveries)
    .where(
        among(deliveries.c.state, "queued", "failed"),
        or_(deliveries.c.created_at > bindparam("ahead"), deliveries.c.leased_until > bindparam("far")),
        or_(deliveries.c.next_try_at > bindparam("now"), deliveries.c.leased_until.is_not(None)),
    )
    .values(next_try_at=bindparam("now"), leased_until=null())
    .returning(deliveries.c.id)
)


def claim_mail(tx: Transaction, actor: Actor, most: int) -> list[Claimed]:
    """Lease up to `most` due letters to the caller, the longest due first."""
    return claimed(tx, _CLAIM, most)


def claim_rest(tx: Transaction, actor: Actor, recipient_id: str, most: int) -> list[Claimed]:
    """Lease what else waits for a person, due or not, so that it goes in the same message."""
    return claimed(tx, _CLAIM_REST, most, recipient_id=recipient_id)


def release(tx: Transaction, actor: Actor, leased: Sequence[Claimed]) -> None:
    """Give back what was claimed and not tried."""
    for one in leased:
        back = {"leased_until": None, "tries": one.tries - 1}
        tx.update(deliveries, {"id": one.id}, back, expect={"leased_until": one.leased_until}, must=False)


def put_off(tx: Transaction, actor: Actor, one: Claimed, until: datetime) -> None:
    """What was claimed is to leave later, as it would have been tried now."""
    later = {"next_try_at": until, "leased_until": None, "tries": one.tries - 1}
    tx.update(deliveries, {"id": one.id}, later, expect={"leased_until": one.leased_until}, must=False)


def suppress(tx: Transaction, actor: Actor, one: Claimed, reason: str) -> None:
    """What was claimed is not to leave: say why."""
    stopped = {"state": "suppressed", "reason": reason, "next_try_at": None, "leased_until": None}
    tx.update(deliveries, {"id": one.id}, stopped | {"tries": one.tries - 1}, must=False)


def record_outcome(
    tx: Transaction, actor: Actor, one: Claimed, outcome: Outcome, steps: tuple[timedelta, ...] = retries.MAIL
) -> None:
    """Write what became of an attempt: sent, failed with its next try, or parked.

    A sent one is written whoever holds the lease now; a failure only while the lease is ours.
    """
    fate = retries.settle(outcome, tries=one.tries, since=one.due_at, now=tx.now, steps=steps)
    values = {
        "state": fate.state,
        "reason": fate.reason,
        "tries": one.tries - outcome.unreached,
        "next_try_at": fate.next_try_at,
        "sent_at": fate.sent_at,
        "leased_until": None,
    }
    expect = {} if outcome.sent else {"leased_until": one.leased_until}
    tx.update(deliveries, {"id": one.id}, values, expect=expect, must=False)
    if fate.state == "parked" and not outcome.dead_address:
        _tell_of_giving_up(tx, one, fate.reason)


def _tell_of_giving_up(tx: Transaction, one: Claimed, reason: str | None) -> None:
    """Tell administrators that a delivery was given up; once a day of each recipient."""
    row = tx.one(_ONE, id=one.id)
    since = first_id_at(tx.now - timedelta(days=1))
    if row is None or tx.scalar(_GIVEN_UP, recipient_id=row.recipient_id, channel=row.channel, since=since):
        return
    facts = {"recipient": row.recipient_name, "channel": row.channel, "reason": reason, "delivery_id": one.id}
    tell_administrators(tx, "delivery.parked", "gave_up", facts)


def retry(tx: Transaction, actor: Actor, delivery_id: str) -> ShownDelivery:
    """Send a delivery that failed or was parked again, its tries counted anew; a dead address gets another chance.

    Raises NotFound; Conflict where it was sent already, is on its way or was suppressed.
    """
    row = tx.one(_ONE, id=delivery_id)
    if row is None:
        raise NotFound("There is no such delivery")
    revivable = row.state == "suppressed" and row.reason == "undeliverable"
    if row.state not in RETRIABLE and not revivable:
        raise Conflict("This delivery is %(state)s: only what failed can be sent again", state=row.state)
    again = {"state": "queued", "reason": None, "tries": 0, "due_at": tx.now, "next_try_at": tx.now}
    tx.update(deliveries, {"id": row.id}, again | {"leased_until": None}, expect={"state": row.state})
    if row.dead_email is not None:
        tx.delete(addresses, {"email": row.dead_email})
    return delivery_of(row, **again)


def catch_up(tx: Transaction, actor: Actor) -> int:
    """After the clock went back: what was made, or leased, in what is now the future is due at once; how much.

    It would otherwise wait as long as the clock went back. What was to wait for a digest goes early.
    """
    ahead = tx.now + clock.DIFFER
    found = tx.all(_AHEAD, ahead=ahead, far=ahead + LEASE, now=tx.now)
    return len(found)


def forget_old(tx: Transaction, actor: Actor, before: str, most: int) -> int:
    """Forget deliveries that came to their end before the id `before`, and notices that nobody is told of any more."""
    events = sorted({row.event_id for row in tx.all(_FORGET, before=before, most=most)})
    if events:
        tx.all(_FORGET_NOTICES, ids=events)
    return len(events)
