"""Webhooks as administrators read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ARRAY, Select, Text, bindparam, func, select

from services.notify.models import webhooks
from services.notify.rules.webhooks import Webhook, state

MANAGES_WEBHOOKS: Final = "webhooks.manage"
"""The permission to make webhooks and see them all."""
WEBHOOKS: Final[Select[Any]] = select(webhooks).where(~webhooks.c.is_deleted)
HEARING: Final = (
    select(func.json_agg(webhooks.c.id))
    .where(
        ~webhooks.c.is_deleted,
        ~webhooks.c.is_disabled,
        webhooks.c.events.op("?|")(bindparam("patterns", type_=ARRAY(Text))),
    )
    .scalar_subquery()
)
"""The ids of the webhooks that asked for one of :patterns."""


def webhook_of(row: Any, now: datetime, **changed: Any) -> Webhook:
    """The webhook that a row of WEBHOOKS holds, with what a verb is about to change in it."""
    is_disabled = changed.get("is_disabled", row.is_disabled)
    closed_until = changed.get("closed_until", row.closed_until)
    return Webhook(
        id=row.id,
        url=changed.get("url", row.url),
        events=tuple(changed.get("events", row.events)),
        state=state(is_disabled=is_disabled, closed_until=closed_until, now=now),
        created_at=row.created_at,
        version=changed.get("version", row.version),
        secret=changed.get("secret"),
    )
