"""A worker's sending timers alone, as tests start and kill them: `python -m tests.service.notify.sending`."""

from __future__ import annotations

from typing import Final

from services.notify import timers
from services.notify.options import Options
from shared import clock, config
from shared.errors import Retryable
from tests.service.notify.world import World

SENDERS: Final = (timers.send_mail, timers.call_webhooks, timers.call_chat_rooms)


def main() -> None:
    """Send what is due until killed."""
    world = World(config.load(Options, config.environment()))
    while True:
        try:
            sent = sum(send(world.runtime) for send in SENDERS)
        except Retryable:
            sent = 0
        if not sent:
            clock.sleep(0.05)


if __name__ == "__main__":
    main()
