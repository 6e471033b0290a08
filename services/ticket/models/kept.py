"""What people keep to work faster: filters of their own, and answers written beforehand."""

from __future__ import annotations

from sqlalchemy import Column, Index, UniqueConstraint, text

from services.ticket.models.metadata import metadata
from shared.database import Id, Instant, Integer, Json, Table, Text, aggregate_columns, closed

saved_filters = Table(
    "saved_filters",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("owner_id", Id(), nullable=False),
    Column("side", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Json, nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    closed("side", "client", "attendant"),
    UniqueConstraint("owner_id", "side", "name"),
)
"""A person's own filters: `query` holds what the list of tickets is asked for, by its names."""

canned_answers = Table(
    "canned_answers",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("owner_id", Id(), doc="whose own it is; null: the house's"),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("removed_at", Instant()),
    *aggregate_columns(),
    Index("ix_canned_answers_owner", "owner_id", "name", postgresql_where=text("removed_at IS NULL")),
)
"""Answers with placeholders. One that is removed leaves a row without its text: its audit chain ends there."""
