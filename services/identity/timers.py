"""What time starts here: absences begin and end, and what is over is forgotten."""

from __future__ import annotations

from typing import Final

from services.identity.commands.forgetting import forget
from services.identity.commands.people import turn_absence
from services.identity.queries.people import absences_due
from shared.inbox import Runtime, Timer


def turn_absences(runtime: Runtime) -> int:
    """Tell the others whose absence begins or has ended; how many there were."""
    with runtime.reader() as reader:
        due = absences_due(reader)
    for id in due:
        runtime.run(lambda tx, id=id: turn_absence(tx, id))  # type: ignore[misc]
    return len(due)


def forget_what_is_over(runtime: Runtime) -> int:
    """Delete sessions, links and counted failures that are long over; how many there were in this round."""
    return runtime.run(forget)


TIMERS: Final = (
    Timer("absences", 60.0, turn_absences),
    Timer("forgetting", 600.0, forget_what_is_over),
)
