"""Deliveries with all that their words need: the notice, the ticket, the names of people and of the queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, cast, select

from services.notify.models import deliveries, notices, people, queues, tickets
from services.notify.rules.shown import Notification, notification
from services.notify.rules.story import Story
from services.notify.rules.voice import Voice
from shared.database import Id

_by = people.alias("by")
_holder = people.alias("holder")

STORIES: Final[Select[Any]] = select(
    deliveries.c.id,
    deliveries.c.event_id,
    deliveries.c.recipient_id,
    deliveries.c.kind,
    deliveries.c.ticket_id,
    deliveries.c.read_at,
    deliveries.c.created_at,
    notices.c.event,
    notices.c.facts,
    notices.c.occurred_at,
    notices.c.actor_id,
    tickets.c.number,
    tickets.c.subject,
    tickets.c.client_id,
    tickets.c.holder_id.label("present_holder_id"),
    tickets.c.due_at,
    tickets.c.is_deleted,
    _by.c.display_name.label("by_name"),
    _holder.c.display_name.label("holder_name"),
    queues.c.names.label("queue_names"),
).select_from(
    deliveries.join(notices, notices.c.id == deliveries.c.event_id)
    .outerjoin(tickets, tickets.c.id == deliveries.c.ticket_id)
    .outerjoin(_by, and_(_by.c.id == notices.c.actor_id, ~_by.c.is_machine))
    .outerjoin(_holder, _holder.c.id == cast(notices.c.facts["holder_id"].astext, Id()))
    .outerjoin(queues, queues.c.code == notices.c.facts["queue"].astext)
)


def story_of(row: Any) -> Story:
    """The story that a row of STORIES holds."""
    return Story(
        kind=row.kind,
        event=row.event,
        facts=row.facts,
        ticket_id=row.ticket_id,
        number=row.number or "",
        subject=row.subject or "",
        to_client=row.client_id is not None and row.recipient_id == row.client_id,
        by_name=row.by_name or "",
        holder_name=row.holder_name or "",
        queue_names=row.queue_names or {},
        due_at=_due(row.facts) or row.due_at,
    )


def _due(facts: Mapping[str, Any]) -> datetime | None:
    due_at = facts.get("due_at")
    return None if due_at is None else datetime.fromisoformat(due_at)


def notification_of(row: Any, voice: Voice, read_at: datetime | None = None) -> Notification:
    """The notification that a row of STORIES holds; `read_at` when it is read just now."""
    return notification(row.id, story_of(row), voice, created_at=row.created_at, read_at=row.read_at or read_at)
