"""What a verb may miss here, whom to ask for it, and how the answer is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast
from urllib.parse import quote

from services.notify import commands
from shared import people
from shared.client import Services
from shared.contracts import Envelope, decode, envelope_from_wire
from shared.contracts.workflow import QueueChanged
from shared.errors import NotFound
from shared.transaction import Transaction


def ask_ticket(services: Services, id: str) -> list[Envelope]:
    """What the ticket service said of a ticket. Raises NotFound, Retryable."""
    answer = services.get("ticket", "/v1/outbox", params={"aggregate": f"ticket:{id}", "after": "0"})
    found = [envelope_from_wire(wire) for wire in answer["items"]]
    if not found:
        raise NotFound("Nothing is known of this")
    return found


def store_ticket(tx: Transaction, answer: list[Envelope]) -> None:
    """Keep it."""
    commands.store_ticket(tx, answer)


def ask_queue(services: Services, code: str) -> Any:
    """A queue and its members, as the workflow service has them. Raises NotFound, Retryable."""
    return services.get("workflow", f"/v1/queues/{quote(code, safe='')}")


def store_queue(tx: Transaction, answer: Any) -> None:
    """Keep it."""
    event = cast(QueueChanged, decode(QueueChanged.name, 1, answer))
    commands.record_queue(tx, tx.actor, event, answer["sequence"])


Resolver = tuple[Callable[[Services, str], Any], Callable[[Transaction, Any], None]]
RESOLVERS: Final[dict[str, Resolver]] = {
    **people.RESOLVERS,
    "ticket": (ask_ticket, store_ticket),
    "queue": (ask_queue, store_queue),
}
