"""Where a list goes on."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from shared.errors import Invalid, Message
from shared.http import Cursor, Page, encode_cursor


def after_code() -> str | None:
    """The code after which the page begins, or None at the top. Raises Invalid."""
    keys = Cursor.read()
    if keys is None:
        return None
    if len(keys) != 1 or not isinstance(keys[0], str) or not keys[0].isprintable():
        raise _no_cursor()
    return keys[0]


def after_id() -> str | None:
    """The id after which the page begins, or None at the top. Raises Invalid."""
    code = after_code()
    try:
        return None if code is None else str(uuid.UUID(code))
    except ValueError as error:
        raise _no_cursor() from error


def page(rows: Sequence[Any], most: int, key_of: Callable[[Any], str]) -> Page:
    """A page of `most` of the rows, of which one more was read."""
    items = rows[:most]
    return Page(items, encode_cursor([key_of(items[-1])]) if len(rows) > most else None)


def _no_cursor() -> Invalid:
    wrong = Message("This is not a cursor that an answer gave")
    return Invalid("Correct the fields named and send it again", fields={"cursor": [wrong]})
