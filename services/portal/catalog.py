"""Published versions, asked once and kept: they never change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, Final

import msgspec

from shared.catalog.definitions import TypeVersion
from shared.catalog.wire import version_from_wire
from shared.client import Services
from shared.errors import VezError

KEPT: Final = 500


class Versions:
    """The versions that this process has asked for, as the portal's own machine client."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: OrderedDict[tuple[str, int], TypeVersion] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, code: str, number: int | None) -> TypeVersion | None:
        """That version, or None where it cannot be had: a page then shows no course ahead, and says nothing wrong."""
        if number is None:
            return None
        kept = self._kept.get((code, number))
        if kept is not None:
            return kept
        try:
            found = definition(self._services.get("workflow", f"/v1/types/{code}/versions/{number}"))
        except (VezError, msgspec.ValidationError):
            return None
        with self._lock:
            self._kept[(code, number)] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


def definition(answer: dict[str, Any]) -> TypeVersion:
    """The version in workflow's answer. Raises msgspec.ValidationError."""
    return version_from_wire(answer.get("definition") or answer)
