"""Attachments' tables: files, the contents that they share, and small replicas of what other services own."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from shared import people as people_replica
from shared import personal
from shared.database import (
    BigInteger,
    Boolean,
    Column,
    Id,
    Index,
    Instant,
    Integer,
    Json,
    Table,
    Text,
    add_backbone,
    aggregate_columns,
    closed,
    new_metadata,
)
from shared.transaction import Store

metadata: Final = new_metadata()
add_backbone(metadata)
personal.table(metadata)
people, profiles = people_replica.tables(metadata)

attachments: Final = Table(
    "attachments",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("ticket_id", Id(), nullable=False),
    Column("ticket_type", Text, nullable=False, comment="whose limits the check holds it to"),
    Column("by_id", Id(), nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("declared_type", Text, nullable=False, server_default=text("''"), comment="what the sender said"),
    Column("content_type", Text, nullable=False, server_default=text("''"), comment="what the content is"),
    Column("announced_sha256", Text),
    Column("sha256", Text, comment="of the content; counted in `contents` from when it is set"),
    Column("is_internal", Boolean, nullable=False, server_default=text("false")),
    Column("message_id", Id()),
    Column("parameter", Text),
    Column("state", Text, nullable=False, server_default=text("'uploading'")),
    Column("reason", Text),
    Column("parts", Json, nullable=False, comment="number, size and tag of each; empty once they are removed"),
    Column("failure_count", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Instant()),
    Column("leased_until", Instant()),
    Column("settled_at", Instant()),
    Column("removed_at", Instant()),
    Column("created_at", Instant(), nullable=False),
    *aggregate_columns(),
    closed("state", "uploading", "checking", "stored", "rejected"),
    Index("ix_attachments_ticket", "ticket_id", "id", postgresql_where=text("removed_at IS NULL")),
    Index(
        "ix_attachments_due",
        "next_try_at",
        postgresql_where=text("state = 'checking' AND removed_at IS NULL"),
    ),
    Index(
        "ix_attachments_abandoned",
        "created_at",
        postgresql_where=text("state = 'uploading' AND removed_at IS NULL"),
    ),
    Index(
        "ix_attachments_untidy",
        "id",
        postgresql_where=text("parts <> '[]'::jsonb AND (removed_at IS NOT NULL OR state IN ('stored', 'rejected'))"),
    ),
    Index("ix_attachments_by", "by_id", "id"),
    Index("ix_attachments_content", "sha256", postgresql_where=text("sha256 IS NOT NULL")),
)

contents: Final = Table(
    "contents",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("reference_count", Integer, nullable=False),
    Column("changed_at", Instant(), nullable=False),
    Column("leased_until", Instant()),
    Column("has_thumbnail", Boolean, nullable=False, server_default=text("false")),
    closed("state", "writing", "stored", "leaving"),
    Index("ix_contents_unused", "changed_at", postgresql_where=text("reference_count = 0")),
    comment="each content once, however many files have it",
)

rounds: Final = Table(
    "rounds",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_at", Instant(), nullable=False),
    comment="when a round that one worker at a time does is next",
)

# ---- replicas ----------------------------------------------------------------------------------------------------

tickets: Final = Table(
    "tickets",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("revision", Integer, nullable=False, comment="raised with each file that is added, so that none slips by"),
    Column("is_deleted", Boolean, nullable=False, server_default=text("false")),
)

types: Final = Table(
    "types",
    metadata,
    Column("code", Text, primary_key=True),
    Column("attachments", Json, comment="{count, size_bytes, types}, as far as the catalog says them"),
    Column("sequence", BigInteger, nullable=False),
)

AGGREGATES: Final = {"attachment": attachments}
STORE: Final = Store("attachments", metadata, AGGREGATES)
