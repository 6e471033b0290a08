"""Running flows: where each ticket stands, its ledger, its votes and its clocks; and what is to be checked."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, text

from services.workflow.models.metadata import Codes, metadata
from shared.database import BigInteger, Boolean, Id, Instant, Integer, Json, Table, Text, closed

STATES: Final = ("running", "concluded", "cancelled", "refused")
SIDES: Final = ("client", "attendant", "third_party", "nobody")
MODES: Final = ("stage", "waiting", "scheduled")

flows = Table(
    "flows",
    metadata,
    Column("ticket_id", Id(), primary_key=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
    Column("state", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("type_version", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("client_id", Id(), nullable=False),
    Column("requester_id", Id(), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("since", Instant(), nullable=False),
    Column("stage", Text),
    Column("entry", Integer, nullable=False),
    Column("side", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("holder_id", Id()),
    Column("holder_queue", Text),
    Column("attendant_id", Id()),
    Column("before_id", Id()),
    Column("kept_id", Id()),
    Column("party", Json),
    Column("until", Instant()),
    Column("approvers", Codes),
    Column("alarm", Text),
    Column("reopen_until", Instant()),
    Column("due_at", Instant()),
    Column("near_at", Instant()),
    Column("next_at", Instant()),
    Column("leased_until", Instant()),
    closed("state", *STATES),
    closed("side", *SIDES),
    closed("mode", *MODES),
    CheckConstraint("holder_id IS NULL OR holder_queue IS NULL", name="one_holder"),
    CheckConstraint("state = 'running' OR (side = 'nobody' AND holder_id IS NULL)", name="ended_is_nobodys"),
    Index("ix_flows_holder", "holder_id", postgresql_where=text("state = 'running' AND holder_id IS NOT NULL")),
    Index("ix_flows_queue", "holder_queue", postgresql_where=text("state = 'running' AND holder_queue IS NOT NULL")),
    Index(
        "ix_flows_unheld",
        "ticket_id",
        postgresql_where=text("state = 'running' AND side <> 'nobody' AND holder_id IS NULL AND holder_queue IS NULL"),
    ),
    Index("ix_flows_open", "type", "type_version", postgresql_where=text("state = 'running'")),
    Index("ix_flows_of_type", "type", "ticket_id", postgresql_where=text("state = 'running'")),
    Index("ix_flows_next", "next_at", postgresql_where=text("next_at IS NOT NULL")),
)

turns = Table(
    "turns",
    metadata,
    Column("ticket_id", Id(), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("since", Instant(), nullable=False),
    Column("side", Text, nullable=False),
    Column("entry", Integer, nullable=False),
    Column("starts", Boolean, nullable=False),
    closed("side", *SIDES),
)
"""The ledger as clocks read it: beginnings only, each ends where the next begins."""

votes = Table(
    "votes",
    metadata,
    Column("ticket_id", Id(), primary_key=True),
    Column("entry", Integer, primary_key=True),
    Column("person_id", Id(), primary_key=True),
    Column("seat_id", Id(), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("at", Instant(), nullable=False),
    closed("outcome", "approved", "rejected"),
    Index("uq_votes_seat", "ticket_id", "entry", "seat_id", unique=True),
)
"""Decisions given in the approval entered at ordinal `entry`: each with the hash of what was seen."""

clocks = Table(
    "clocks",
    metadata,
    Column("ticket_id", Id(), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("entry", Integer, nullable=False),
    Column("calendar", Text),
    Column("due_at", Instant()),
    Column("near_at", Instant()),
    Column("near_told", Boolean, nullable=False),
    Column("missed_told", Boolean, nullable=False),
    Index("ix_clocks_calendar", "calendar", postgresql_where=text("calendar IS NOT NULL")),
)
"""What each clock of a flow last showed, and what was told of it."""

checks = Table(
    "checks",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("at", Instant(), nullable=False),
    Column("is_second", Boolean, nullable=False),
    Column("leased_until", Instant()),
    closed("kind", "person", "profile", "queue", "calendar"),
    Index("ix_checks_at", "at"),
)
"""People, profiles, queues and calendars that changed, whose tickets are still to be looked at."""
