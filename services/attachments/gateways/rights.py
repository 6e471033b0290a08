"""What the ticket service says that somebody may do: asked with their own token, each time anew, in one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlencode

from services.attachments.rules.rights import Asked, Standing
from shared.client import Services
from shared.errors import NotFound, Retryable

SECONDS: Final = 1.8
"""Who waits for an answer hears within 3 s that it cannot be had."""
MOST_PARAMETERS: Final = 100
"""So many the ticket service is asked about; the files of more are shown to nobody."""


def standing(services: Services, token: str, ticket_id: str, asked: Asked) -> Standing:
    """How the token's person stands to a ticket and to what is asked about.

    Raises NotFound, Forbidden, Unauthenticated, Retryable.
    """
    query = urlencode(_query(asked), doseq=True)
    path = f"/v1/tickets/{ticket_id}?{query}" if query else f"/v1/tickets/{ticket_id}"
    try:
        ticket = services.get("ticket", path, token=token, seconds=SECONDS)
    except NotFound as error:
        raise NotFound("There is no such ticket") from error
    if query and "filing" not in ticket:
        raise Retryable("The ticket service cannot be asked this yet")
    return _standing(ticket)


def _query(asked: Asked) -> dict[str, str | list[str]]:
    named = {"file_id": asked.file_id, "message_id": asked.message_id}
    given: dict[str, str | list[str]] = {name: id for name, id in named.items() if id is not None}
    codes = _codes(asked.parameters)
    return {**given, "file_parameter": codes} if codes else given


def _codes(parameters: Iterable[str | None]) -> list[str]:
    return sorted({code for code in parameters if code is not None})[:MOST_PARAMETERS]


def _standing(ticket: Any) -> Standing:
    filing = ticket.get("filing") or {}
    return Standing(
        ticket_id=str(ticket["id"]),
        type=str(ticket["type"]["code"]),
        status=str(ticket["status"]),
        actions=frozenset(ticket["actions"]),
        attends=ticket.get("side") == "attendant",
        shown=frozenset(filing.get("shown", ())),
        fillable=frozenset(filing.get("fillable", ())),
        is_bound=bool(filing.get("bound")),
        message=filing.get("message"),
    )
