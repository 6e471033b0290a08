"""Identity's tables: people and how they are named, profiles, sessions, links, machine clients, failed sign-ins."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ForeignKey, text
from sqlalchemy.dialects.postgresql import ARRAY

from shared import personal
from shared.database import (
    BigInteger,
    Boolean,
    Bytes,
    Column,
    Date,
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

Codes: Final = ARRAY(Text)

client_kinds: Final = Table(
    "client_kinds",
    metadata,
    Column("code", Text, primary_key=True),
    Column("names", Json, nullable=False),
    Column("login", Codes, nullable=False),
    Column("is_retired", Boolean, nullable=False),
    *aggregate_columns(),
)

organisations: Final = Table(
    "organisations",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Instant(), nullable=False),
    *aggregate_columns(),
)

people: Final = Table(
    "people",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("kind", Text, ForeignKey("client_kinds.code")),
    Column("language", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("profiles", Codes, nullable=False),
    Column("mail", Boolean, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("is_machine", Boolean, nullable=False),
    Column("superior_id", Id(), ForeignKey("people.id")),
    Column("substitute_id", Id(), ForeignKey("people.id")),
    Column("absent_from", Date),
    Column("absent_until", Date),
    Column("is_absent", Boolean, nullable=False),
    Column("guardians", Codes, nullable=False),
    Column("organisation_id", Id(), ForeignKey("organisations.id")),
    Column("signed_out_at", Instant()),
    Column("is_erased", Boolean, nullable=False, server_default=text("false")),
    Column("search_text", Text, nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    *aggregate_columns(),
    closed("language", "pt-BR", "en", "es"),
    Index("ix_people_profiles", "profiles", postgresql_using="gin"),
    Index("ix_people_kind", "kind", "id"),
    Index("ix_people_organisation", "organisation_id", "id", postgresql_where=text("organisation_id IS NOT NULL")),
    Index("ix_people_absences", "absent_from", postgresql_where=text("absent_from IS NOT NULL")),
)
"""`guardians` are ids; `search_text` is name, e-mail and identifiers, lower case and without accents."""

identifiers: Final = Table(
    "identifiers",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("person_id", Id(), ForeignKey("people.id"), nullable=False),
    closed("kind", "email", "cpf_cnpj", "registration"),
    Index("ix_identifiers_person", "person_id"),
)

passwords: Final = Table(
    "passwords",
    metadata,
    Column("person_id", Id(), ForeignKey("people.id"), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("changed_at", Instant(), nullable=False),
)

profiles: Final = Table(
    "profiles",
    metadata,
    Column("code", Text, primary_key=True),
    Column("names", Json, nullable=False),
    Column("permissions", Codes, nullable=False),
    Column("scopes", Codes, nullable=False),
    Column("is_built_in", Boolean, nullable=False),
    Column("is_retired", Boolean, nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    *aggregate_columns(),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("person_id", Id(), ForeignKey("people.id"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("portal_digest", Bytes, unique=True),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("last_used_at", Instant(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    Column("ended_at", Instant()),
    Column("end_reason", Text),
    closed("end_reason", "signed_out", "ended", "reused", "password_changed", "disabled"),
    Index("ix_sessions_person", "person_id", "id"),
    Index("ix_sessions_expires_at", "expires_at"),
)
"""`portal_digest`: SHA-256 of the opaque id that the portal's cookie holds, where the portal opened the session."""

links: Final = Table(
    "links",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("person_id", Id(), ForeignKey("people.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("made_by", Id(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    Column("used_at", Instant()),
    Column("is_void", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
    closed("purpose", "first_access", "password_reset"),
    Index("ix_links_person", "person_id", "created_at"),
    Index("ix_links_expires_at", "expires_at"),
)

clients: Final = Table(
    "clients",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Id(), ForeignKey("people.id"), nullable=False, unique=True),
    Column("secret_digest", Bytes, nullable=False),
    Column("grants", Codes, nullable=False),
    Column("made_by", Id(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("rotated_at", Instant(), nullable=False),
)
"""Machine clients. `grants`: the `service.*` permissions of one of our own services' client, else empty."""

failures: Final = Table(
    "failures",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("key", Text, nullable=False),
    Column("at", Instant(), nullable=False),
    Index("ix_failures_key", "key", "at"),
    Index("ix_failures_at", "at"),
)

STORE: Final = Store(
    "identity",
    metadata,
    {"person": people, "profile": profiles, "link": links, "kind": client_kinds, "organisation": organisations},
)
"""Which table numbers the events, or holds the audit chain, of which word (of a `kind` or an `organisation` nothing is
said: people carry what others need of them)."""

APPEND_ONLY: Final = ("audit_log",)
"""Never updated and never deleted, by anybody."""
