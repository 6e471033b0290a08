"""What time starts here: erasures that were asked are worked off."""

from __future__ import annotations

from typing import Final

from services.ticket.commands.erasing import erase_portion
from shared import personal
from shared.inbox import Runtime, Timer


def erase(runtime: Runtime) -> int:
    """Erase a portion of what waits to be erased; 0 when nothing does."""
    return runtime.run(erase_portion)


TIMERS: Final = (Timer(personal.TIMER, personal.EVERY_SECONDS, erase),)
