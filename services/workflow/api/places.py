"""Where a list goes on."""

from __future__ import annotations

from uuid import UUID

from shared.errors import Invalid, Message
from shared.http import Cursor


def after() -> str | None:
    """The code after which a list goes on, by `?cursor=`. Raises Invalid."""
    keys = Cursor.read()
    if keys is None:
        return None
    if len(keys) != 1 or not isinstance(keys[0], str) or not keys[0].isprintable():
        raise _no_cursor()
    return keys[0]


def after_id() -> str | None:
    """The id after which a list goes on, by `?cursor=`. Raises Invalid."""
    key = after()
    try:
        return None if key is None else str(UUID(key))
    except ValueError as error:
        raise _no_cursor() from error


def _no_cursor() -> Invalid:
    wrong = Message("This is not a cursor that an answer gave")
    return Invalid("Correct the fields named and send it again", fields={"cursor": [wrong]})
