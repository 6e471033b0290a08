"""Where a list goes on: our cursors hold the id of the last row."""

from __future__ import annotations

import uuid

from shared.errors import Invalid, Message
from shared.http import Cursor


def last_id() -> str | None:
    """The id of the row after which the page begins, or None at the top. Raises Invalid."""
    keys = Cursor.read()
    if keys is None:
        return None
    try:
        return str(uuid.UUID(str(keys[0])))
    except (ValueError, IndexError) as error:
        wrong = Message("This is not a cursor that an answer gave")
        raise Invalid("Correct the fields named and send it again", fields={"cursor": [wrong]}) from error
