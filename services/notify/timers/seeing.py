"""What may leave at all: who may not see a ticket is sent nothing about it.

The ticket service may lag a little behind the flow, so a recipient who may not see a ticket yet is asked about
again for a while before what was meant for them is suppressed; while the service cannot be asked, everything waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.notify import commands
from services.notify.access import Claimed
from services.notify.gateways.visibility import Pair, visible
from services.notify.rules.retries import Outcome
from shared import clock, telemetry
from shared.errors import Retryable
from shared.ids import SYSTEM
from shared.inbox import Runtime

PATIENCE: Final = timedelta(seconds=30)
NOT_VISIBLE: Final = "not_visible"
UNASKED: Final = Outcome(sent=False, reason="The ticket service cannot be asked who may see this", unreached=True)
UNSEEN: Final = Outcome(sent=False, reason=NOT_VISIBLE, unreached=True)
log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Sight:
    """Which pairs of person and ticket may be; `asked` is false where that could not be found out."""

    pairs: frozenset[Pair]
    asked: bool = True

    def allows(self, person_id: str, ticket_id: str | None) -> bool:
        """Whether a person may be sent something about a ticket, or about none."""
        return ticket_id is None or (person_id, ticket_id) in self.pairs


def look(runtime: Runtime, pairs: Iterable[tuple[str, str | None]]) -> Sight:
    """Ask the ticket service about every pair that names a ticket, in one question."""
    asked = [(person, ticket) for person, ticket in pairs if ticket is not None]
    try:
        return Sight(frozenset(visible(runtime.services, asked)) if asked else frozenset())
    except Retryable as error:
        log.warning("visibility_unasked", reason=str(error))
        return Sight(frozenset(), asked=False)


def hold_back(runtime: Runtime, one: Claimed, sight: Sight) -> None:
    """Settle a delivery that may not leave now: it waits, or is suppressed once it was not visible for long enough."""
    if not sight.asked:
        runtime.run(lambda tx: commands.record_outcome(tx, SYSTEM, one, UNASKED))
    elif clock.now() - one.due_at < PATIENCE:
        runtime.run(lambda tx: commands.record_outcome(tx, SYSTEM, one, UNSEEN))
    else:
        runtime.run(lambda tx: commands.suppress(tx, SYSTEM, one, NOT_VISIBLE))
