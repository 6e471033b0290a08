"""Telling people of an event: its notice, and one row of the ledger for each recipient and channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notify.commands import audience
from services.notify.commands.streaming import happen
from services.notify.models import deliveries, notices, tickets
from services.notify.rules import channels, telling
from services.notify.rules.facts import Audience, Delivery, Notice
from services.notify.rules.notices import concern, notice
from shared.contracts import Event
from shared.contracts import workflow as w
from shared.ids import Actor, new_id
from shared.transaction import Transaction


def tell(tx: Transaction, actor: Actor, event: Event) -> Notice:
    """Tell whom `event` concerns. Raises Missing where a replica lacks somebody or something that it names."""
    assert tx.cause is not None
    found = audience.load(tx, concern(event))
    told = notice(event, tx.cause, found.ticket)
    rows = list(channels.deliveries(telling.tellings(event, found), found.people, tx.now))
    if rows:
        tx.insert(notices, _notice_row(told))
    for row in rows:
        tx.insert(deliveries, _delivery_row(told, row, tx))
    happen(tx, actor, event, {row.person_id for row in rows if row.channel == "in_app" and row.state == "sent"})
    _keep_turn(tx, event, found)
    return told


def _notice_row(told: Notice) -> dict[str, Any]:
    return {
        "id": told.event_id,
        "event": told.name,
        "ticket_id": told.ticket_id,
        "actor_id": told.by,
        "occurred_at": told.occurred_at,
        "facts": told.facts,
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
    """Keep whose turn it is, for those who are told of messages, and for the words of what comes later."""
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
        return turn | {"due_at": None} if isinstance(event, w.StageEntered) else turn
    if isinstance(event, w.Finished):
        return {"side": "nobody", "holder_id": None, "holder_queue": None, "due_at": None}
    return None
