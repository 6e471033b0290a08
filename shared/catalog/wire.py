"""A version as JSON values, the form in which it is stored and asked for."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.catalog.definitions import TypeVersion


def version_to_wire(version: TypeVersion) -> dict[str, Any]:
    """The version's content as JSON values; everything is written, defaults too, so that readers need no catalog."""
    return msgspec.to_builtins(version)  # type: ignore[no-any-return]


def version_from_wire(wire: dict[str, Any]) -> TypeVersion:
    """The version that `version_to_wire` wrote. Raises msgspec.ValidationError."""
    return msgspec.convert(wire, type=TypeVersion)
