"""A version as JSON values, the form in which it is stored and asked for, and its digest."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import msgspec

from shared.catalog.definitions import TypeVersion

_canonical = msgspec.json.Encoder(order="deterministic")


def version_to_wire(version: TypeVersion) -> dict[str, Any]:
    """The version's content as JSON values; everything is written, defaults too, so that readers need no catalog."""
    wire: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(version))
    return wire


def version_from_wire(wire: dict[str, Any]) -> TypeVersion:
    """The version that `version_to_wire` wrote. Raises msgspec.ValidationError."""
    return msgspec.convert(wire, type=TypeVersion)


def version_digest(version: TypeVersion) -> str:
    """SHA-256 of the content, in hexadecimal.

    What has its default counts as not there: a field that a later release adds changes no digest.
    """
    return hashlib.sha256(_canonical.encode(lean(version))).hexdigest()


def lean(value: Any) -> Any:
    """Dataclasses as dictionaries of what differs from its default; everything else as it is."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            each.name: lean(getattr(value, each.name))
            for each in dataclasses.fields(value)
            if each.compare and getattr(value, each.name) != _default(each)
        }
    if isinstance(value, tuple | list):
        return [lean(item) for item in value]
    if isinstance(value, dict):
        return {key: lean(item) for key, item in value.items()}
    return value


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
