"""Chat rooms: made, changed and removed by administrators; left alone while they fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select

from services.notify.access import CHAT_ROOMS, Claimed, chat_room_of, claimed
from services.notify.commands import outside
from services.notify.models import chat_rooms, queues
from services.notify.rules.chat import ChatRoom
from shared.database import compiled
from shared.errors import Invalid, Message, NotFound
from shared.ids import Actor, new_id
from shared.transaction import Transaction

_ONE: Final = compiled(CHAT_ROOMS.where(chat_rooms.c.id == bindparam("id")))
_QUEUE: Final = compiled(select(queues.c.code).where(queues.c.code == bindparam("code"), ~queues.c.is_retired))
_CLAIM: Final = outside.claim_of("chat", chat_rooms)


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
    values = outside.changed(changes)
    if "kinds" in values:
        values["kinds"] = _sorted(values["kinds"])
    tx.change(chat_rooms, id, values, version=row.version)
    tx.audit("chat_room", id, "change_chat_room", _noted(changes))
    return chat_room_of(row, tx.now, **{**values, "version": row.version + 1})


def remove_chat_room(tx: Transaction, actor: Actor, id: str) -> None:
    """Remove a room; what was on its way to it is suppressed. Raises NotFound, PreconditionRequired, Stale."""
    row = _load(tx, id)
    tx.in_order(version=row.version)
    tx.change(chat_rooms, id, {"is_deleted": True, "url": ""}, version=row.version)
    tx.audit("chat_room", id, "remove_chat_room", {"name": row.name, "address": row.address})
    outside.stop(tx, id)


def claim_for_chat_rooms(tx: Transaction, actor: Actor, busy: Sequence[str], most: int) -> list[Claimed]:
    """Lease due deliveries of the rooms that may be tried now and are not `busy`."""
    return claimed(tx, _CLAIM, most, busy=list(busy))


def record_chat_room(
    tx: Transaction, actor: Actor, id: str, *, worked: bool, retry_after: timedelta | None = None
) -> None:
    """Note how a room did; `retry_after` is for how long it said that it wants to be left alone."""
    outside.record(tx, chat_rooms, tx.one(_ONE, id=id), worked=worked, retry_after=retry_after)


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
