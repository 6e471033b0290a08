"""A value that its kind does not take."""

from __future__ import annotations

from collections.abc import Mapping

from shared.errors import Message


class Refused(Exception):
    """Why a value is not taken. `within` names what is wrong inside a table: `0.price` → messages."""

    def __init__(self, message: Message | None = None, *, within: Mapping[str, list[Message]] | None = None) -> None:
        super().__init__(message.key if message else "wrong rows")
        self.message = message
        self.within = dict(within or {})

    def under(self, name: str) -> dict[str, list[Message]]:
        """The errors by field, for a value of that name."""
        inside = {f"{name}.{path}": list(messages) for path, messages in self.within.items()}
        return {name: [self.message]} | inside if self.message else inside
