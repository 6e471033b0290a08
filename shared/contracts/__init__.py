"""The events: one module per publishing service, a frozen dataclass per event and version."""

from shared.contracts import attachments, every, identity, ticket, topology, workflow
from shared.contracts.base import (
    REGISTRY,
    Envelope,
    Event,
    decode,
    encode,
    envelope_from_wire,
    envelope_to_wire,
)

__all__ = [
    "REGISTRY",
    "Envelope",
    "Event",
    "attachments",
    "decode",
    "encode",
    "envelope_from_wire",
    "envelope_to_wire",
    "every",
    "identity",
    "ticket",
    "topology",
    "workflow",
]
