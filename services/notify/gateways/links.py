"""What the identity service says of a one-time link."""

from __future__ import annotations

from shared.client import Services
from shared.errors import NotFound


def address_of(services: Services, link_id: str) -> str | None:
    """The address that a person opens, None for a link that cannot be used any more. Raises Retryable, Forbidden."""
    try:
        return str(services.get("identity", f"/v1/links/{link_id}")["url"])
    except NotFound:
        return None
