"""The ticket's row, its texts and the operations asked of its flow."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Computed, ForeignKey, Index, Sequence, text

from services.ticket.models.metadata import Codes, metadata
from services.ticket.models.wording import words_of
from shared.database import Boolean, Bytes, Id, Instant, Integer, Json, Table, Text, aggregate_columns, closed

SIDES: Final = ("client", "attendant", "third_party", "nobody")
STATUSES: Final = ("draft", "open", "concluded", "cancelled", "deleted")
PRIORITIES: Final = ("low", "normal", "high", "urgent")
OPERATIONS: Final = (
    "submit",
    "advance",
    "decision",
    "transfer",
    "take",
    "schedule",
    "wait",
    "resume",
    "cancel",
    "reopen",
)

numbers = Sequence("ticket_numbers", metadata=metadata)
"""Where every number comes from: never reset, gaps allowed."""

tickets = Table(
    "tickets",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("flow_version", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("client_id", Id(), nullable=False),
    Column("author_id", Id(), nullable=False),
    Column("parameters", Json, nullable=False),
    Column("stage", Text),
    Column("stage_kind", Text),
    Column("stage_entered_at", Instant()),
    Column("last_stage", Text, doc="the last stage that was not terminal"),
    Column("turn_side", Text, nullable=False),
    Column("turn_ordinal", Integer, nullable=False, server_default=text("0")),
    Column("turn_since", Instant(), nullable=False),
    Column("turn_party", Json),
    Column("holder_person_id", Id()),
    Column("holder_queue", Text),
    Column("last_attendant_id", Id(), doc="the attendant, a person, who last held it"),
    Column("approvers", Codes, nullable=False, server_default=text("'{}'::text[]")),
    Column("held_queues", Codes, nullable=False, server_default=text("'{}'::text[]"), doc="of holders; by a trigger"),
    Column("scheduled_until", Instant()),
    Column("pending_id", Id()),
    Column("pending_kind", Text),
    Column("understanding_version", Integer, nullable=False, server_default=text("0")),
    Column("understood_at", Instant()),
    Column("due_at", Instant()),
    Column("near_at", Instant()),
    Column("reopen_until", Instant()),
    Column("rating", Integer),
    Column("duplicate_of", Id()),
    Column("is_reopened", Boolean, nullable=False, server_default=text("false")),
    Column("history_count", Integer, nullable=False, server_default=text("0")),
    Column("history_head", Bytes, nullable=False, server_default=text("''::bytea")),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    Column("submitted_at", Instant()),
    Column("ended_at", Instant()),
    Column("shelf", Text, Computed("CASE status WHEN 'open' THEN turn_side ELSE status END", persisted=True)),
    *aggregate_columns(),
    closed("status", *STATUSES),
    closed("priority", *PRIORITIES),
    closed("turn_side", *SIDES),
    closed("stage_kind", "ordinary", "approval", "terminal"),
    closed("pending_kind", *OPERATIONS),
    CheckConstraint("(pending_id IS NULL) = (pending_kind IS NULL)", name="pending_whole"),
    CheckConstraint("holder_person_id IS NULL OR holder_queue IS NULL", name="one_holder"),
    CheckConstraint("status <> 'draft' OR (turn_side = 'client' AND stage IS NULL)", name="draft_is_the_clients"),
    CheckConstraint("status NOT IN ('concluded', 'cancelled', 'deleted') OR turn_side = 'nobody'", name="ended_turn"),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    Index("ix_tickets_client_shelf", "client_id", "shelf", "id"),
    Index("ix_tickets_shelf", "shelf", "id"),
    Index("ix_tickets_type", "type", "id"),
    Index(
        "ix_tickets_holder", "holder_person_id", "shelf", "id", postgresql_where=text("holder_person_id IS NOT NULL")
    ),
    Index("ix_tickets_queue", "holder_queue", "id", postgresql_where=text("holder_queue IS NOT NULL")),
    Index("ix_tickets_approvers", "approvers", postgresql_using="gin", postgresql_where=text("approvers <> '{}'")),
    Index("ix_tickets_opened_for", "author_id", "id", postgresql_where=text("author_id <> client_id")),
)
"""`shelf` is the side of an open ticket's turn, else its status: the one column that every filter reads."""

texts = Table(
    "texts",
    metadata,
    Column("ticket_id", Id(), ForeignKey("tickets.id"), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("description", Text, nullable=False),
    words_of("subject || ' ' || description"),
    Index("ix_texts_words", "words", postgresql_using="gin"),
)
"""What erasure removes, and what searching reads: apart from the row, so that a new turn rewrites no text index."""

operations = Table(
    "operations",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("ticket_id", Id(), ForeignKey("tickets.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by_id", Id(), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("comment", Text),
    Column("transition", Text),
    Column("outcome", Text),
    Column("evidence", Text),
    Column("to_person_id", Id()),
    Column("to_queue", Text),
    Column("party", Text),
    Column("until", Instant()),
    Column("duplicate_of", Id()),
    Column("problem_type", Text),
    Column("problem_message", Text),
    Column("problem_values", Json),
    Column("accepted_at", Instant(), nullable=False),
    Column("settled_at", Instant()),
    closed("kind", *OPERATIONS),
    closed("state", "pending", "done", "refused"),
    closed("outcome", "approved", "rejected"),
    CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled"),
    Index("ix_operations_ticket", "ticket_id", "id"),
    Index("uq_operations_pending", "ticket_id", unique=True, postgresql_where=text("state = 'pending'")),
)
"""An accepted command whose outcome the flow decides: one at a time is pending for a ticket."""
