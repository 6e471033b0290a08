"""Telling people, webhooks and chat rooms of an event: its notice, and one row of the ledger for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from services.notify.access import HEARING
from services.notify.commands import audience
from services.notify.commands.streaming import happen
from services.notify.models import deliveries, notices, tickets
from services.notify.rules import channels, chat, telling
from services.notify.rules.facts import ATTENDED, Audience, Delivery, Notice
from services.notify.rules.kinds import LINK
from services.notify.rules.notices import concern, notice
from services.notify.rules.webhooks import patterns
from shared import people
from shared.contracts import Event, envelope_to_wire
from shared.contracts import workflow as w
from shared.contracts.identity import LinkMade
from shared.database import compiled
from shared.ids import Actor, new_id
from shared.transaction import Transaction

_HEARING: Final = compiled(select(HEARING.label("webhooks")))


def tell(tx: Transaction, actor: Actor, event: Event) -> Notice:
    """Tell whom `event` concerns. Raises Missing where a replica lacks somebody or something that it names."""
    assert tx.cause is not None
    found = audience.load(tx, concern(event), patterns(event.name))
    told = notice(event, tx.cause, found.ticket)
    rows = list(channels.deliveries(telling.tellings(event, found), found.people, tx.now, found.withheld))
    _note(tx, told, [*rows, *_hooked(found.webhooks, tx), *_chatted(event, found, tx)])
    happen(tx, actor, event, {row.person_id for row in rows if row.channel == "in_app" and row.state == "sent"})
    _keep_turn(tx, event, found)
    return told


def tell_webhooks(tx: Transaction, actor: Actor, event: Event) -> None:
    """Tell only webhooks: no person is told of `event`."""
    assert tx.cause is not None
    asked = patterns(event.name)
    hooks = (tx.scalar(_HEARING, patterns=asked) or ()) if asked else ()
    _note(tx, notice(event, tx.cause, None), list(_hooked(hooks, tx)))


def show(tx: Transaction, actor: Actor, event: Event) -> None:
    """Nobody is told, but webhooks and the screens that show the ticket hear of it."""
    tell_webhooks(tx, actor, event)
    happen(tx, actor, event)


def send_link(tx: Transaction, actor: Actor, event: LinkMade) -> None:
    """Have a one-time link sent to the person whom it is for, by mail alone; the letter asks for its address.

    Raises Missing where the replica lacks the person. Nobody stands in for them: who has the link has the account.
    """
    assert tx.cause is not None
    if not people.find(tx, [event.person_id]):
        tx.miss("person", event.person_id)
    _note(tx, notice(event, tx.cause, None), [Delivery(event.person_id, LINK, "mail", "queued", None, tx.now)])


def _hooked(webhooks: Iterable[str], tx: Transaction) -> Iterator[Delivery]:
    for webhook_id in webhooks:
        yield Delivery(webhook_id, "webhook", "webhook", "queued", None, tx.now)


def _chatted(event: Event, found: Audience, tx: Transaction) -> Iterator[Delivery]:
    for room_id, kind in chat.told(event, found.ticket, found.chat_rooms):
        yield Delivery(room_id, kind, "chat", "queued", None, tx.now + channels.HOLD)


def _note(tx: Transaction, told: Notice, rows: Sequence[Delivery]) -> None:
    """Write the notice and its rows of the ledger; nothing where nobody is told."""
    if not rows:
        return
    assert tx.cause is not None
    for_webhooks = any(row.channel == "webhook" for row in rows)
    tx.insert(notices, _notice_row(told, envelope_to_wire(tx.cause) if for_webhooks else None))
    for row in rows:
        tx.insert(deliveries, _delivery_row(told, row, tx))


def _notice_row(told: Notice, envelope: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "id": told.event_id,
        "event": told.name,
        "ticket_id": told.ticket_id,
        "actor_id": told.by,
        "occurred_at": told.occurred_at,
        "facts": told.facts,
        "envelope": envelope,
    }


def _delivery_row(told: Notice, row: Delivery, tx: Transaction) -> dict[str, Any]:
    return {
        "id": new_id(),
        "event_id": told.event_id,
        "recipient_id": row.person_id,
        "channel": row.channel,
        "kind": row.kind,
        "ticket_id": told.ticket_id,
        "state": row.state,
        "reason": row.reason,
        "due_at": row.next_try_at,
        "next_try_at": row.next_try_at,
        "sent_at": tx.now if row.state == "sent" else None,
        "created_at": tx.now,
    }


def _keep_turn(tx: Transaction, event: Event, found: Audience) -> None:
    """Keep whose turn it is and was, for those who are told of messages, and for the words of what comes later."""
    if found.ticket is None:
        return
    values = _turn(event)
    if values is not None:
        tx.update(tickets, {"id": found.ticket.id}, values, must=False)


def _turn(event: Event) -> Mapping[str, Any] | None:
    if isinstance(event, w.StageEntered | w.Reassigned):
        holder = event.holder_after
        person = None if holder is None or holder.queue else holder.id
        queue = holder.id if holder is not None and holder.queue else None
        turn = {"side": event.side, "holder_id": person, "holder_queue": queue}
        turn |= {} if queue is None else {"last_queue": queue}
        turn |= {"last_attendant_id": person} if person is not None and event.side in ATTENDED else {}
        return turn | {"due_at": None} if isinstance(event, w.StageEntered) else turn
    if isinstance(event, w.Finished):
        return {"side": "nobody", "holder_id": None, "holder_queue": None, "due_at": None}
    return None
