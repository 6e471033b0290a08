"""What the ticket service says that somebody may do: asked with their own token, each time anew."""

from __future__ import annotations

from typing import Any, Final

from services.attachments.rules.rights import Standing
from shared.client import Services
from shared.errors import NotFound

SECONDS: Final = 1.8
"""Who waits for an answer hears within 3 s that it cannot be had."""


def standing(services: Services, token: str, ticket_id: str) -> Standing:
    """How the token's person stands to a ticket. Raises NotFound, Forbidden, Unauthenticated, Retryable."""
    try:
        ticket = services.get("ticket", f"/v1/tickets/{ticket_id}", token=token, seconds=SECONDS)
    except NotFound as error:
        raise NotFound("There is no such ticket") from error
    return _standing(ticket)


def _standing(ticket: Any) -> Standing:
    actions = frozenset(ticket["actions"])
    return Standing(
        ticket_id=str(ticket["id"]),
        type=str(ticket["type"]["code"]),
        status=str(ticket["status"]),
        actions=actions,
        attends=ticket.get("side") == "attendant",
    )
