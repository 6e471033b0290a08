"""Questions to the workflow service: for the replicas, and how a deadline comes about."""

from __future__ import annotations

from typing import Any, Final, Protocol
from urllib.parse import quote

import msgspec

from services.ticket.rules.clocks import ClockExplained
from shared.errors import VezError

SECONDS: Final = 1.8
"""Who waits for an answer hears within 3 s that it cannot be had."""


class _Flow(msgspec.Struct, frozen=True):
    """What is read of a flow's answer."""

    clocks: list[ClockExplained]


class Asking(Protocol):
    """What `shared.client.Services` offers of asking."""

    def get(self, service: str, path: str, *, seconds: float | None = None) -> Any: ...


def type_of(services: Asking, code: str) -> Any:
    """A type as its events say it, and its current version. Raises NotFound, Retryable."""
    return services.get("workflow", f"/v1/types/{quote(code, safe='')}")


def version_of(services: Asking, named: str) -> Any:
    """A published version, named `code/number`. Raises NotFound, Retryable."""
    code, _, number = named.rpartition("/")
    return services.get("workflow", f"/v1/types/{quote(code, safe='')}/versions/{int(number)}")


def queue_of(services: Asking, code: str) -> Any:
    """A queue and its members. Raises NotFound, Retryable."""
    return services.get("workflow", f"/v1/queues/{quote(code, safe='')}")


def clocks_of(services: Asking, ticket_id: str) -> list[ClockExplained] | None:
    """A flow's clocks with the intervals that they counted; None where workflow does not answer, or knows no such flow.

    Asked as this service, so ask only for whom the ticket may be seen.
    """
    try:
        flow = services.get("workflow", f"/v1/flows/{quote(ticket_id, safe='')}", seconds=SECONDS)
        return msgspec.convert(flow, _Flow).clocks
    except (VezError, msgspec.ValidationError):
        return None
