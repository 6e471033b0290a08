"""What people add to a ticket: discussion, understandings, decisions, ratings, shares, relations, time, templates."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, text

from services.ticket.models.metadata import metadata
from services.ticket.models.wording import words_of
from shared.database import Date, Id, Instant, Integer, Json, Table, Text, closed

messages = Table(
    "messages",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("ticket_id", Id(), ForeignKey("tickets.id"), nullable=False),
    Column("author_id", Id(), nullable=False),
    Column("body", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("created_at", Instant(), nullable=False),
    words_of("body"),
    closed("visibility", "public", "internal"),
    Index("ix_messages_ticket", "ticket_id", "id"),
    Index("ix_messages_words", "words", postgresql_using="gin"),
    Index("ix_messages_author", "author_id", "id"),
)

understandings = Table(
    "understandings",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("ticket_id", Id(), ForeignKey("tickets.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("due_on", Date),
    Column("author_id", Id(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    UniqueConstraint("ticket_id", "version"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("ticket_id", Id(), ForeignKey("tickets.id"), primary_key=True),
    Column("version", Integer, primary_key=True, doc="the ticket's version that this change made"),
    Column("before", Json, nullable=False),
    Column("at", Instant(), nullable=False),
)
"""What a submitted ticket said before each change of it: so that who decides on an older version is shown the change.

`before` holds what changed, as it was: subject, description, parameters by code, the understanding's version, a file.
"""

ratings = Table(
    "ratings",
    metadata,
    Column("ticket_id", Id(), ForeignKey("tickets.id"), primary_key=True),
    Column("score", Integer, nullable=False),
    Column("comment", Text),
    Column("by_id", Id(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    CheckConstraint("score BETWEEN 1 AND 5", name="score"),
)

shares = Table(
    "shares",
    metadata,
    Column("ticket_id", Id(), ForeignKey("tickets.id"), primary_key=True),
    Column("person_id", Id(), primary_key=True),
    Column("id", Id(), nullable=False, unique=True),
    Column("by_id", Id(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    Index("ix_shares_person", "person_id", "ticket_id"),
)
"""One ticket, one person by name, until an instant."""

relations = Table(
    "relations",
    metadata,
    Column("ticket_id", Id(), ForeignKey("tickets.id"), primary_key=True),
    Column("other_id", Id(), ForeignKey("tickets.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Id(), nullable=False, unique=True),
    Column("by_id", Id(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    closed("kind", "related", "duplicate_of", "created_from"),
    CheckConstraint("ticket_id <> other_id", name="two_tickets"),
    Index("ix_relations_other", "other_id"),
)
"""`ticket_id` is `kind` to `other_id`; the other one shows it too, the other way round."""

time_entries = Table(
    "time_entries",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("ticket_id", Id(), ForeignKey("tickets.id"), nullable=False),
    Column("person_id", Id(), nullable=False),
    Column("worked_on", Date, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", Instant(), nullable=False),
    CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
    Index("ix_time_entries_ticket", "ticket_id", "id"),
)

templates = Table(
    "templates",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("owner_id", Id(), nullable=False),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("parameters", Json, nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("ix_templates_owner", "owner_id", "id"),
)
"""A person's own templates; those of a type come with the type."""
