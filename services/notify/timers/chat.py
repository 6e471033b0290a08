"""Chat rooms are told what is due to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from services.notify import commands, queries
from services.notify.access import Claimed
from services.notify.gateways.chat import Chat, Room
from services.notify.gateways.speech import voice_in
from services.notify.options import Options
from services.notify.queries import News
from services.notify.rules import chat as rules
from services.notify.rules.letter import House
from services.notify.rules.retries import Outcome
from services.notify.timers import outside
from services.notify.timers.settling import count
from shared import clock, telemetry
from shared.errors import Message
from shared.ids import SYSTEM
from shared.inbox import Runtime
from shared.transaction import Transaction


def call_chat_rooms(runtime: Runtime) -> int:
    """Begin to tell the rooms that are not busy what is due to them; how many deliveries were claimed."""
    return outside.call_each(runtime, runtime.gateways["chat_runner"], commands.claim_for_chat_rooms, _serve)


def _serve(runtime: Runtime, room_id: str, leased: Sequence[Claimed]) -> None:
    """Tell one room, one after the other; once it fails the rest is given back, and comes when it may be tried."""
    began = clock.monotonic()
    with runtime.reader() as reader:
        found = queries.news(reader, [one.id for one in leased])
    urls = {news.url for news in found.values()}
    room = cast(Chat, runtime.gateways["chat"]).room(urls.pop()) if urls else None
    for place, one in enumerate(leased):
        if outside.is_spent(began):
            return outside.give_back(runtime, leased[place:])
        news = found.get(one.id)
        if news is None or news.is_deleted:
            outside.suppress(runtime, one, "removed" if news is None else "deleted")
            continue
        outcome = _told(runtime, room, news)
        count("chat", outcome)
        _record(runtime, room_id, one, outcome)
        if not outcome.sent and not outcome.permanent:
            return outside.give_back(runtime, leased[place + 1 :])
    return None


def _told(runtime: Runtime, room: Room | Message | None, news: News) -> Outcome:
    if room is None or isinstance(room, Message):
        reason = room.key % room.values if room is not None else "It has no address"
        return Outcome(sent=False, reason=reason, permanent=True)
    options = cast(Options, runtime.options)
    post = rules.write(
        news.story,
        voice_in(news.language, options.time_zone),
        House("", options.public_url.rstrip("/")),
        type_names=news.type_names,
        is_confidential=news.is_confidential,
    )
    outcome = room.say(post)
    telemetry.crash_point("after_send")
    return outcome


def _record(runtime: Runtime, room_id: str, one: Claimed, outcome: Outcome) -> None:
    def note(tx: Transaction) -> None:
        commands.record_chat_room(tx, SYSTEM, room_id, worked=outcome.sent, retry_after=outcome.retry_after)

    outside.settle(runtime, one, outcome, note)
