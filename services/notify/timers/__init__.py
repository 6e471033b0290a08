"""What time starts here: mail, webhooks and chat leave, and what is old is forgotten. Claim, reach out, settle."""

from __future__ import annotations

from typing import Final

from services.notify import commands
from services.notify.timers.arriving import fetch_mail, open_door
from services.notify.timers.chat import call_chat_rooms
from services.notify.timers.forgetting import catch_up, forget_old, forget_stream
from services.notify.timers.hooks import call_webhooks
from services.notify.timers.incoming import take_mail_in
from services.notify.timers.mail import send_mail
from shared import personal
from shared.inbox import Timer

TIMERS: Final = (
    Timer("mail", 0.5, send_mail),
    Timer("webhooks", 0.5, call_webhooks),
    Timer("chat", 1.0, call_chat_rooms),
    Timer("mail_door", 5.0, open_door),
    Timer("mail_fetch", 5.0, fetch_mail),
    Timer("mail_in", 2.0, take_mail_in),
    Timer.of(personal.TIMER, personal.EVERY_SECONDS, commands.erase_next),
    Timer("catch_up", 20.0, catch_up),
    Timer("forget", 3600.0, forget_old),
    Timer("forget_stream", 60.0, forget_stream),
)

__all__ = [
    "TIMERS",
    "call_chat_rooms",
    "call_webhooks",
    "catch_up",
    "fetch_mail",
    "forget_old",
    "forget_stream",
    "open_door",
    "send_mail",
    "take_mail_in",
]
