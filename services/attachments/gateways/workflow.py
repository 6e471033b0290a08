"""Questions to the workflow service, for the replicas."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from shared.client import Services


def type_of(services: Services, code: str) -> Any:
    """A type as its events say it. Raises NotFound, Retryable."""
    return services.get("workflow", f"/v1/types/{quote(code, safe='')}")
