"""What time starts here: erasures that were asked are worked off, kept counts are put together."""

from __future__ import annotations

from typing import Final

from services.ticket.commands import tallying
from services.ticket.commands.erasing import erase_next
from shared import personal
from shared.inbox import Timer

TIMERS: Final = (
    Timer.of(personal.TIMER, personal.EVERY_SECONDS, erase_next),
    Timer.of(tallying.TIMER, tallying.EVERY_SECONDS, tallying.put_together),
)
