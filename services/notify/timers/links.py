"""One-time links: identity is asked for the address when the letter leaves, so that nothing here keeps it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.notify import commands
from services.notify.access import Claimed
from services.notify.gateways.links import address_of
from services.notify.rules.retries import Outcome
from services.notify.rules.story import Story
from shared import clock, telemetry
from shared.errors import Forbidden, Retryable
from shared.ids import SYSTEM
from shared.inbox import Runtime

UNASKED: Final = Outcome(sent=False, reason="The identity service cannot be asked for the link", unreached=True)
log = telemetry.logger(__name__)


def addressed(runtime: Runtime, one: Claimed, story: Story) -> Story | None:
    """The story of a link with its address; None where its letter does not leave now, and why is settled."""
    if story.expires_at <= clock.now():
        _hold_back(runtime, one, "link_expired")
        return None
    try:
        address = address_of(runtime.services, str(story.facts["link_id"]))
    except (Retryable, Forbidden) as error:
        log.warning("link_unasked", reason=str(error))
        runtime.run(lambda tx: commands.record_outcome(tx, SYSTEM, one, UNASKED))
        return None
    if address is None:
        _hold_back(runtime, one, "link_gone")
        return None
    return replace(story, address=address)


def _hold_back(runtime: Runtime, one: Claimed, reason: str) -> None:
    runtime.run(lambda tx: commands.suppress(tx, SYSTEM, one, reason))
