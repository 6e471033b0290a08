"""What the ticket service says of who may see what."""

from __future__ import annotations

from collections.abc import Iterable

from shared.client import Services

Pair = tuple[str, str]
MOST = 500


def visible(services: Services, pairs: Iterable[Pair]) -> set[Pair]:
    """Those of (person's id, ticket's id) where the person may see the ticket now. Raises Retryable."""
    asked = sorted(set(pairs))
    seen: set[Pair] = set()
    for place in range(0, len(asked), MOST):
        wire = [{"person_id": person, "ticket_id": ticket} for person, ticket in asked[place : place + MOST]]
        answer = services.post("ticket", "/v1/visibility", {"pairs": wire})
        seen |= {(item["person_id"], item["ticket_id"]) for item in answer["items"] if item["visible"]}
    return seen
