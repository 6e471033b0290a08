"""When the look for orphans can find something: an idle house does not wake its store for nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from services.attachments.rules.files import PARTS_SECONDS

LATE: Final = timedelta(seconds=PARTS_SECONDS)
"""How long after the last word of an upload something can still arrive at one of its addresses."""


def may_find_orphans(
    *, looked_at: datetime | None, older_than: timedelta, active_at: datetime | None, is_under_way: bool
) -> bool:
    """Whether an object that no row names can have become old enough since the last look.

    A look at `looked_at` judged what was there `older_than` before it. Every object comes of an upload, whose words are
    in the audit: the newest is of `active_at`, and `is_under_way` says that one goes on still. Without a last look
    everything is to be looked at.
    """
    if looked_at is None or is_under_way:
        return True
    return active_at is not None and active_at + LATE >= looked_at - older_than
