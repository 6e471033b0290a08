"""What a verb may miss here, whom to ask for it, and how the answer is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from services.notify import commands
from shared import people
from shared.client import Services
from shared.contracts import Envelope, decode, envelope_from_wire
from shared.contracts.workflow import QueueChanged
from shared.errors import NotFound
from shared.transaction import Transaction


def _history(services: Services, service: str, aggregate: str) -> list[Envelope]:
    answer = services.get(service, "/v1/outbox", params={"aggregate": aggregate, "after": "0"})
    found = [envelope_from_wire(wire) for wire in answer["items"]]
    if not found:
        raise NotFound("Nothing is known of this")
    return found


def ask_ticket(services: Services, id: str) -> list[Envelope]:
    """What the ticket service said of a ticket. Raises NotFound, Retryable."""
    return _history(services, "ticket", f"ticket:{id}")


def store_ticket(tx: Transaction, answer: list[Envelope]) -> None:
    """Keep it."""
    commands.store_ticket(tx, answer)


def ask_queue(services: Services, code: str) -> Envelope:
    """The last that the workflow service said of a queue. Raises NotFound, Retryable."""
    return _history(services, "workflow", f"queue:{code}")[-1]


def store_queue(tx: Transaction, answer: Envelope) -> None:
    """Keep it."""
    event = decode(answer.name, answer.v, answer.payload)
    if isinstance(event, QueueChanged):
        commands.record_queue(tx, tx.actor, event, answer.sequence)


Resolver = tuple[Callable[[Services, str], Any], Callable[[Transaction, Any], None]]
RESOLVERS: Final[dict[str, Resolver]] = {
    **people.RESOLVERS,
    "ticket": (ask_ticket, store_ticket),
    "queue": (ask_queue, store_queue),
}
