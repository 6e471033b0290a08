"""Where a list goes on."""

from __future__ import annotations

from shared.errors import Invalid, Message
from shared.http import Cursor


def after() -> str | None:
    """The code after which a list goes on, by `?cursor=`. Raises Invalid."""
    keys = Cursor.read()
    if keys is None:
        return None
    if len(keys) != 1 or not isinstance(keys[0], str) or not keys[0].isprintable():
        wrong = Message("This is not a cursor that an answer gave")
        raise Invalid("Correct the fields named and send it again", fields={"cursor": [wrong]})
    return keys[0]
