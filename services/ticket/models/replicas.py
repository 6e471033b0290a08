"""What this service needs from others, kept as its own small replicas and fed by events."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Index, text

from services.ticket.models.metadata import Codes, metadata
from services.ticket.models.wording import words_of
from shared.database import BigInteger, Id, Instant, Integer, Json, Table, Text, closed

FILE_NAME: Final = "translate(name, '._-+,;()[]{}', '            ')"
"""A file's name as words: the parser would take `boleto_2026.pdf` for one."""

types = Table(
    "types",
    metadata,
    Column("code", Text, primary_key=True),
    Column("group_code", Text, nullable=False),
    Column("group_names", Json, nullable=False),
    Column("names", Json, nullable=False),
    Column("descriptions", Json, nullable=False),
    Column("opened_by", Json, nullable=False),
    Column("templates", Json, nullable=False),
    Column("priority", Text, nullable=False),
    Column("is_confidential", Boolean, nullable=False),
    Column("is_retired", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Index("ix_types_group", "group_code"),
)

published = Table(
    "published",
    metadata,
    Column("type", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)
"""The current version of each type, by the newest catalog.published."""

type_versions = Table(
    "type_versions",
    metadata,
    Column("type", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("definition", Json, nullable=False),
)
"""Published versions, asked for once and never changed."""

queues = Table(
    "queues",
    metadata,
    Column("code", Text, primary_key=True),
    Column("names", Json, nullable=False),
    Column("members", Codes, nullable=False, server_default=text("'{}'::text[]")),
    Column("is_retired", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Index("ix_queues_members", "members", postgresql_using="gin"),
)

settings = Table(
    "settings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Json),
    Column("sequence", BigInteger, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("ticket_id", Id(), nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sha256", Text),
    Column("is_internal", Boolean, nullable=False),
    Column("parameter", Text, doc="the parameter that it answers: who does not see that one sees no file of it"),
    Column("by_id", Id(), nullable=False),
    Column("changed_at", Instant(), nullable=False),
    words_of(FILE_NAME),
    closed("state", "stored", "rejected"),
    Index("ix_files_ticket", "ticket_id"),
    Index("ix_files_words", "words", postgresql_using="gin"),
)
"""The files of tickets that have been checked; one that is removed leaves no row."""
