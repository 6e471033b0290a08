"""Chat rooms, for administrators; and what a room is to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ARRAY, bindparam, func, or_, select

from services.notify.access import CHAT_ROOMS, STORIES, chat_room_of, story_of
from services.notify.models import chat_rooms as table
from services.notify.models import deliveries, settings, tickets, types
from services.notify.queries.letters import HOUSE_NAME
from services.notify.rules.chat import ChatRoom
from services.notify.rules.story import Story
from services.notify.rules.voice import DEFAULT
from shared.database import Id, Reader, compiled
from shared.errors import NotFound
from shared.ids import Actor

_after: Final = or_(bindparam("after", type_=Id()).is_(None), table.c.id > bindparam("after", type_=Id()))
_ALL: Final = compiled(CHAT_ROOMS.where(_after).order_by(table.c.id).limit(bindparam("most")))
_ONE: Final = compiled(CHAT_ROOMS.where(table.c.id == bindparam("id")))
_HOUSE: Final = compiled(select(settings.c.value).where(settings.c.key == HOUSE_NAME))
_NEWS: Final = compiled(
    STORIES.add_columns(
        table.c.url,
        table.c.language,
        tickets.c.type,
        types.c.names.label("type_names"),
        func.coalesce(types.c.is_confidential, True).label("is_confidential"),
    )
    .join(table, table.c.id == deliveries.c.recipient_id)
    .outerjoin(types, types.c.code == tickets.c.type)
    .where(deliveries.c.id == func.any(bindparam("ids", type_=ARRAY(Id()))), ~table.c.is_deleted)
)


@dataclass(frozen=True, slots=True)
class News:
    """What a room is to be told. `is_confidential`: its type is, or is not known, and then has its code for a name."""

    id: str
    story: Story
    url: str
    language: str
    type_names: Mapping[str, str]
    is_confidential: bool
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class Door:
    """How a room is reached: its whole address, its language, and the house's name."""

    url: str
    language: str
    house: str


def chat_rooms(reader: Reader, actor: Actor, *, after: str | None, most: int) -> tuple[list[ChatRoom], str | None]:
    """A page of the rooms, oldest first, and the id after which the next one begins."""
    rows = reader.all(_ALL, after=after, most=most + 1)
    items = [chat_room_of(row, reader.now) for row in rows[:most]]
    return items, items[-1].id if len(rows) > most else None


def chat_room(reader: Reader, actor: Actor, id: str) -> ChatRoom:
    """One room, its address without its secrets. Raises NotFound."""
    return chat_room_of(_load(reader, id), reader.now)


def door(reader: Reader, actor: Actor, id: str) -> Door:
    """How to reach a room. Raises NotFound."""
    row, house = _load(reader, id), reader.scalar(_HOUSE)
    return Door(row.url, row.language, house if isinstance(house, str) else "")


def news(reader: Reader, ids: Collection[str]) -> dict[str, News]:
    """What the deliveries with these ids are to tell, by id; to rooms that are gone nothing."""
    return {row.id: _news(row) for row in reader.all(_NEWS, ids=list(ids))}


def _load(reader: Reader, id: str) -> Any:
    row = reader.one(_ONE, id=id)
    if row is None:
        raise NotFound("There is no such chat room")
    return row


def _news(row: Any) -> News:
    return News(
        row.id,
        story_of(row),
        row.url,
        row.language,
        row.type_names or {DEFAULT: row.type or ""},
        bool(row.is_confidential),
        bool(row.is_deleted),
    )
