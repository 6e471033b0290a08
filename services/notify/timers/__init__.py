"""What time starts here: mail and webhooks leave, and what is old is forgotten. Claim, reach out, settle."""

from __future__ import annotations

from typing import Final

from services.notify.timers.forgetting import forget_old, forget_stream
from services.notify.timers.hooks import call_webhooks
from services.notify.timers.mail import send_mail
from shared.inbox import Timer

TIMERS: Final = (
    Timer("mail", 0.5, send_mail),
    Timer("webhooks", 0.5, call_webhooks),
    Timer("forget", 3600.0, forget_old),
    Timer("forget_stream", 60.0, forget_stream),
)

__all__ = ["TIMERS", "call_webhooks", "forget_old", "forget_stream", "send_mail"]
