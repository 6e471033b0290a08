"""Chat rooms: made, changed and removed by administrators; left alone while they fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ARRAY, bindparam, func, or_, select

from services.notify.access import CHAT_ROOMS, Claimed, among, chat_room_of, claimed, claiming
from services.notify.access.due import NOW
from services.notify.models import chat_rooms, deliveries, queues
from services.notify.rules.chat import ChatRoom
from services.notify.rules.webhooks import closed_until
from shared.database import Id, compiled
from shared.errors import Invalid, Message, NotFound
from shared.ids import Actor, new_id
from shared.transaction import Transaction

_ONE: Final = compiled(CHAT_ROOMS.where(chat_rooms.c.id == bindparam("id")))
_QUEUE: Final = compiled(select(queues.c.code).where(queues.c.code == bindparam("code"), ~queues.c.is_retired))
_open: Final = select(chat_rooms.c.id).where(
    ~chat_rooms.c.is_deleted,
    ~chat_rooms.c.is_disabled,
    or_(chat_rooms.c.closed_until.is_(None), chat_rooms.c.closed_until < NOW),
)
_CLAIM: Final = compiled(
    claiming(
        "chat",
        deliveries.c.recipient_id != func.all(bindparam("busy", type_=ARRAY(Id()))),
        deliveries.c.recipient_id.in_(_open),
    )
)
_WAITING: Final = compiled(
    select(deliveries.c.id).where(
        deliveries.c.recipient_id == bindparam("id"), among(deliveries.c.state, "queued", "failed")
    )
)


def make_chat_room(tx: Transaction, actor: Actor, given: Mapping[str, Any]) -> ChatRoom:
    """A new room (name, url, address, kinds, queue, language) that is told from now on.

    `address` is `url` as it may be shown. Raises Invalid where there is no such queue.
    """
    _refuse_unknown_queue(tx, given.get("queue"))
    id, kinds = new_id(), _sorted(given["kinds"])
    values = {**given, "id": id, "kinds": kinds, "created_by": actor.id, "created_at": tx.now}
    tx.create(chat_rooms, values)
    tx.audit("chat_room", id, "make_chat_room", _noted(values))
    return ChatRoom(
        id=id,
        name=given["name"],
        address=given["address"],
        kinds=tuple(kinds),
        queue=given.get("queue"),
        language=given["language"],
        state="active",
        created_at=tx.now,
        version=1,
    )


def change_chat_room(tx: Transaction, actor: Actor, id: str, changes: Mapping[str, Any]) -> ChatRoom:
    """Change name, url with its address, kinds, queue, language or is_disabled.

    Raises NotFound, PreconditionRequired, Stale; Invalid where there is no such queue.
    """
    row = _load(tx, id)
    tx.in_order(version=row.version)
    _refuse_unknown_queue(tx, changes.get("queue"))
    values = dict(changes)
    if "kinds" in values:
        values["kinds"] = _sorted(values["kinds"])
    if values.get("is_disabled") is False or "url" in values:
        values |= {"failure_count": 0, "closed_until": None}
    tx.change(chat_rooms, id, values, version=row.version)
    tx.audit("chat_room", id, "change_chat_room", _noted(changes))
    return chat_room_of(row, tx.now, **{**values, "version": row.version + 1})


def remove_chat_room(tx: Transaction, actor: Actor, id: str) -> None:
    """Remove a room; what was on its way to it is suppressed. Raises NotFound, PreconditionRequired, Stale."""
    row = _load(tx, id)
    tx.in_order(version=row.version)
    tx.change(chat_rooms, id, {"is_deleted": True, "url": ""}, version=row.version)
    tx.audit("chat_room", id, "remove_chat_room", {"name": row.name, "address": row.address})
    for waiting in tx.all(_WAITING, id=id):
        stopped = {"state": "suppressed", "reason": "removed", "next_try_at": None, "leased_until": None}
        tx.update(deliveries, {"id": waiting.id}, stopped, must=False)


def claim_for_chat_rooms(tx: Transaction, actor: Actor, busy: Sequence[str], most: int) -> list[Claimed]:
    """Lease due deliveries of the rooms that may be tried now and are not `busy`."""
    return claimed(tx, _CLAIM, most, busy=list(busy))


def record_chat_room(
    tx: Transaction, actor: Actor, id: str, *, worked: bool, retry_after: timedelta | None = None
) -> None:
    """Note how a room did: after five failures in a row it is left alone for longer and longer.

    `retry_after`: it said itself for how long it wants to be left alone; that is no failure.
    """
    row = tx.one(_ONE, id=id)
    if row is None or (worked and row.failure_count == 0):
        return
    count = 0 if worked else row.failure_count + (retry_after is None)
    until = closed_until(count, tx.now) if retry_after is None else tx.now + retry_after
    tx.update(chat_rooms, {"id": id}, {"failure_count": count, "closed_until": until}, must=False)


def _load(tx: Transaction, id: str) -> Any:
    row = tx.one(_ONE, id=id)
    if row is None:
        raise NotFound("There is no such chat room")
    return row


def _sorted(kinds: Sequence[str]) -> list[str]:
    return sorted(set(kinds))


def _noted(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit log keeps of a change: everything but the secrets."""
    named = ("name", "address", "kinds", "queue", "language", "is_disabled")
    return {name: values[name] for name in named if name in values}


def _refuse_unknown_queue(tx: Transaction, code: str | None) -> None:
    if code is not None and tx.scalar(_QUEUE, code=code) is None:
        raise Invalid(
            "Correct the fields named and send it again", fields={"queue": [Message("There is no such queue")]}
        )
