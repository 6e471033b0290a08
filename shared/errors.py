"""What can go wrong, in the domain's words. Knows nothing of HTTP and nothing of Celery.

Each error has a stable `type` (the last part of its problem address), English text as the translation key in
`message` with its `values`, and, where fields are wrong, `fields`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A text for a person, before translation: a key (the English text with %(name)s places) and its values."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


class VezError(Exception):
    """Base. `type` names the problem for programs, `message` tells a person what is wrong and what to do."""

    type = "error"

    def __init__(
        self,
        message: str = "",
        *,
        type: str | None = None,
        fields: Mapping[str, Sequence[Message]] | None = None,
        extra: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> None:
        super().__init__(message % values if values else message)
        if type is not None:
            self.type = type
        self.message = Message(message, values)
        self.fields = dict(fields or {})
        self.extra = dict(extra or {})


class Final(VezError):
    """Trying again cannot help."""

    type = "final"


class Retryable(VezError):
    """Something out of reach for now: a database, a broker, another service."""

    type = "unavailable"


class Unauthenticated(Final):
    type = "unauthenticated"


class NotFound(Final):
    """Not there, or not for this actor to see: the two look the same."""

    type = "not-found"


class Forbidden(Final):
    type = "forbidden"


class Conflict(Final):
    """The thing is in a state that does not allow it (not your turn, pending, already taken)."""

    type = "conflict"


class PreconditionRequired(Final):
    type = "precondition-required"


class Stale(Final):
    """The caller's version is not the present one."""

    type = "stale"


class Invalid(Final):
    """Content that a rule refuses; `fields` names each wrong field."""

    type = "invalid"


class TooMany(Final):
    """Throttled. `extra["retry_after"]` says for how many seconds."""

    type = "too-many-requests"


class Lost(VezError):
    """A guarded write touched no row: somebody was faster. The unit of work runs the verb again from its read."""

    type = "lost"


class Missing(VezError):
    """A replica lacks something that another service has; the edge asks for it, stores it and runs the verb again."""

    type = "missing"

    def __init__(self, kind: str, id: str) -> None:
        super().__init__("%(kind)s %(id)s is not known here yet", kind=kind, id=id)
        self.kind = kind
        self.id = id
