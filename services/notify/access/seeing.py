"""Who may see which rows: a person their own notifications, administrators the whole ledger."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, literal_column

from services.notify.models import deliveries

SEES_LEDGER: Final = "inbox.manage"
"""The permission to read and retry everybody's deliveries."""


def shown_to(person_id: Any) -> ColumnElement[bool]:
    """The in-app deliveries that this person reads: their own that were sent."""
    return and_(
        deliveries.c.recipient_id == person_id,
        deliveries.c.channel == literal_column("'in_app'"),
        deliveries.c.state == literal_column("'sent'"),
    )


MINE: Final = shown_to(bindparam("person_id"))


def among(column: ColumnElement[str], *values: str) -> ColumnElement[bool]:
    """`column` is one of these constants, written out, so that a partial index on them is found."""
    return column.in_([literal_column(f"'{value}'") for value in values])
