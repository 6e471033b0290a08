"""Claiming due deliveries: one statement that leases them to the caller, so that nobody else sends them meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Interval, Update, bindparam, func, literal_column, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from services.notify.access.seeing import among
from services.notify.models import deliveries
from shared import clock
from shared.database import Reader, Statement

LEASE: Final = timedelta(seconds=50)
"""What a killed worker had in its hands is another's after so long: everything is in its place within 60 s."""
NOW: Final[ColumnElement[Any]] = func.clock_timestamp() + bindparam("offset", type_=Interval)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process alone may send until its lease ends; `tries` counts this attempt."""

    id: str
    recipient_id: str
    tries: int
    due_at: datetime
    leased_until: datetime


def claiming(
    channel: str, *conditions: ColumnElement[bool], is_due: ColumnElement[bool] = deliveries.c.next_try_at <= NOW
) -> Update:
    """The statement that leases up to :most due deliveries of a channel, those that are due longest first."""
    due = (
        select(deliveries.c.id)
        .where(
            deliveries.c.channel == literal_column(f"'{channel}'"),
            among(deliveries.c.state, "queued", "failed"),
            is_due,
            or_(deliveries.c.leased_until.is_(None), deliveries.c.leased_until < NOW),
            *conditions,
        )
        .order_by(deliveries.c.next_try_at)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )
    return (
        update(deliveries)
        .where(deliveries.c.id.in_(due))
        .values(leased_until=NOW + bindparam("lease", type_=Interval), tries=deliveries.c.tries + literal_column("1"))
        .returning(
            deliveries.c.id,
            deliveries.c.recipient_id,
            deliveries.c.tries,
            deliveries.c.due_at,
            deliveries.c.leased_until,
        )
    )


def claimed(reader: Reader, statement: Statement, most: int, **params: Any) -> list[Claimed]:
    """Run a compiled `claiming`; what was leased, the longest due first."""
    rows = reader.all(statement, most=most, offset=clock.offset(), lease=LEASE, **params)
    rows.sort(key=lambda row: (row.due_at, row.id))
    return [Claimed(row.id, row.recipient_id, row.tries, row.due_at, row.leased_until) for row in rows]
