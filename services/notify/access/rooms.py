"""Chat rooms as administrators read them, and as events find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select

from services.notify.models import chat_rooms
from services.notify.rules.chat import ChatRoom
from services.notify.rules.facts import Hearing
from services.notify.rules.webhooks import state

CHAT_ROOMS: Final[Select[Any]] = select(chat_rooms).where(~chat_rooms.c.is_deleted)
LISTENING: Final = (
    select(
        func.json_agg(
            func.json_build_object("id", chat_rooms.c.id, "kinds", chat_rooms.c.kinds, "queue", chat_rooms.c.queue)
        )
    )
    .where(~chat_rooms.c.is_deleted, ~chat_rooms.c.is_disabled)
    .scalar_subquery()
)
"""The rooms that are told of anything, as JSON: there are few, and which of them hears what is a rule."""


def hearings_of(wire: Sequence[Mapping[str, Any]] | None) -> tuple[Hearing, ...]:
    """The rooms of LISTENING in the rules' form."""
    return tuple(Hearing(each["id"], tuple(each["kinds"]), each["queue"]) for each in wire or ())


def chat_room_of(row: Any, now: datetime, **changed: Any) -> ChatRoom:
    """The room that a row of CHAT_ROOMS holds, with what a verb is about to change in it."""
    names = ("id", "name", "address", "queue", "language", "created_at", "version")
    is_disabled = changed.get("is_disabled", row.is_disabled)
    closed_until = changed.get("closed_until", row.closed_until)
    return ChatRoom(
        kinds=tuple(changed.get("kinds", row.kinds)),
        state=state(is_disabled=is_disabled, closed_until=closed_until, now=now),
        **{name: changed.get(name, getattr(row, name)) for name in names},
    )
