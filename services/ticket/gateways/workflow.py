"""Questions to the workflow service, for the replicas."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import quote


class Asking(Protocol):
    """What `shared.client.Services` offers of asking."""

    def get(self, service: str, path: str) -> Any: ...


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
