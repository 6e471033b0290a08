"""The catalog and the settings."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, text

from services.workflow.models.metadata import metadata
from shared.database import BigInteger, Id, Instant, Integer, Json, Table, Text, aggregate_columns

catalogs = Table(
    "catalogs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
)
"""One row: the catalog's own version, by which two who apply at once are told apart."""

groups = Table(
    "groups",
    metadata,
    Column("code", Text, primary_key=True),
    Column("names", Json, nullable=False),
    Column("position", Integer, nullable=False),
    Column("is_retired", Boolean, nullable=False),
)

types = Table(
    "types",
    metadata,
    Column("code", Text, primary_key=True),
    *aggregate_columns(),
    Column("group_code", Text, nullable=False),
    Column("names", Json, nullable=False),
    Column("descriptions", Json, nullable=False),
    Column("opened_by", Json, nullable=False),
    Column("is_confidential", Boolean, nullable=False),
    Column("priority", Text, nullable=False),
    Column("attachments", Json),
    Column("templates", Json, nullable=False),
    Column("current_version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("is_retired", Boolean, nullable=False),
    Index("ix_types_group", "group_code"),
)

publications = Table(
    "publications",
    metadata,
    Column("type", Text, primary_key=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
)
"""Numbers catalog.published of each type."""

type_versions = Table(
    "type_versions",
    metadata,
    Column("type", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", Json, nullable=False),
    Column("people", Json, nullable=False),
    Column("published_at", Instant(), nullable=False),
    Column("published_by", Id(), nullable=False),
)
"""Published versions, which never change. `people`: the e-mails that rules name, as they were found (e-mail → id)."""

queues = Table(
    "queues",
    metadata,
    Column("code", Text, primary_key=True),
    *aggregate_columns(),
    Column("names", Json, nullable=False),
    Column("position", Integer, nullable=False),
    Column("is_retired", Boolean, nullable=False),
)

queue_members = Table(
    "queue_members",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("person_id", Id(), primary_key=True),
    Column("email", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Index("ix_queue_members_person", "person_id"),
)

calendars = Table(
    "calendars",
    metadata,
    Column("code", Text, primary_key=True),
    Column("content", Json, nullable=False),
    Column("position", Integer, nullable=False),
    Column("is_retired", Boolean, nullable=False),
)

client_kinds = Table(
    "client_kinds",
    metadata,
    Column("code", Text, primary_key=True),
    Column("content", Json, nullable=False),
    Column("position", Integer, nullable=False),
    Column("is_retired", Boolean, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("key", Text, primary_key=True),
    *aggregate_columns(),
    Column("value", Json),
    Column("updated_at", Instant(), nullable=False),
    Column("updated_by", Id(), nullable=False),
)
