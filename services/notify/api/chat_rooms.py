"""Chat rooms, for administrators."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, cast

from flask import Response

from services.notify import access, commands, queries, schemas
from services.notify.api.places import last_id
from services.notify.gateways.chat import Chats, chat
from services.notify.gateways.speech import voice_in
from services.notify.options import Options
from services.notify.rules.chat import try_out
from services.notify.rules.letter import House
from services.notify.rules.retries import Outcome
from shared.errors import Invalid, Message
from shared.http import blueprint, command, current_edge, encode_cursor, limit, needs, query, read, respond
from shared.http.languages import translate
from shared.ids import Actor

TRIAL_SECONDS: Final = 3.0
"""How long a test message may take: somebody waits for it before a screen."""
blp = blueprint("chat_rooms", __name__, description="Rooms of a chat that are told of requests")


@blp.route("/chat-rooms")
@needs(access.MANAGES_WEBHOOKS)
@blp.response(200, schemas.ChatRooms)
def chat_rooms() -> Response:
    """All chat rooms, oldest first."""
    place, most = last_id(), limit()

    def noun(reader: Any, actor: Actor) -> dict[str, Any]:
        items, last = queries.chat_rooms(reader, actor, after=place, most=most)
        return {"items": items, "next_cursor": encode_cursor([last]) if last else None}

    return query(noun, schemas.ChatRooms)


@blp.route("/chat-rooms", methods=["POST"])
@needs(access.MANAGES_WEBHOOKS)
@blp.arguments(schemas.NewChatRoom)
@blp.response(201, schemas.ChatRoom)
def make_chat_room(body: dict[str, Any]) -> Response:
    """A new room; its `url` is an Apprise address and never shown again, `address` is what of it may be read."""
    given = {"language": _options().default_language, **body, "address": _judged(body["url"])}
    return command(
        lambda tx: commands.make_chat_room(tx, tx.actor, given),
        schemas.ChatRoom,
        status=201,
        location=lambda made: f"/v1/chat-rooms/{made.id}",
    )


@blp.route("/chat-rooms/<uuid:chat_room_id>")
@needs(access.MANAGES_WEBHOOKS)
@blp.response(200, schemas.ChatRoom)
def chat_room(chat_room_id: str) -> Response:
    """One room; what it was told is at `/v1/deliveries?recipient_id=`."""
    return query(lambda reader, actor: queries.chat_room(reader, actor, chat_room_id), schemas.ChatRoom)


@blp.route("/chat-rooms/<uuid:chat_room_id>", methods=["PATCH"])
@needs(access.MANAGES_WEBHOOKS)
@blp.arguments(schemas.ChatRoomChanges)
@blp.response(200, schemas.ChatRoom)
def change_chat_room(body: dict[str, Any], chat_room_id: str) -> Response:
    """Change what it is called, where it is or what it is told, disable it, or let it work again."""
    changes = {name: value for name, value in body.items() if name != "state"}
    if "url" in body:
        changes["address"] = _judged(body["url"])
    if "state" in body:
        changes["is_disabled"] = body["state"] == "disabled"
    return command(lambda tx: commands.change_chat_room(tx, tx.actor, chat_room_id, changes), schemas.ChatRoom)


@blp.route("/chat-rooms/<uuid:chat_room_id>", methods=["DELETE"])
@needs(access.MANAGES_WEBHOOKS)
@blp.response(204)
def remove_chat_room(chat_room_id: str) -> Response:
    """Remove it; what was on its way is suppressed."""
    return command(lambda tx: commands.remove_chat_room(tx, tx.actor, chat_room_id), None, status=204)


@blp.route("/chat-rooms/<uuid:chat_room_id>/test", methods=["POST"])
@needs(access.MANAGES_WEBHOOKS)
@blp.response(200, schemas.ChatTrial)
def try_chat_room(chat_room_id: str) -> Response:
    """Send a test message now, within 3 s, and say what came of it; the ledger keeps nothing of it."""
    options = _options()
    door = read(lambda reader, actor: queries.door(reader, actor, chat_room_id))
    room = _chat(options).room(door.url, seconds=TRIAL_SECONDS)
    if isinstance(room, Message):
        outcome = Outcome(sent=False, reason=translate(room))
    else:
        house = House(door.house, options.public_url.rstrip("/"))
        outcome = room.say(try_out(voice_in(door.language, options.time_zone), house))
    reason = None if outcome.reason is None else translate(Message(outcome.reason))
    return respond({"sent": outcome.sent, "reason": reason}, schemas.ChatTrial)


def _judged(url: str) -> str:
    """The address as it may be shown. Raises Invalid with what is wrong with it."""
    found = _chat(_options()).judged(url)
    if isinstance(found, Message):
        raise Invalid("Correct the fields named and send it again", fields={"url": [found]})
    return found


def _options() -> Options:
    return cast(Options, current_edge().options)


@lru_cache(maxsize=2)
def _chat(options: Options) -> Chats:
    return chat(options)
