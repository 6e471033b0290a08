"""Notify's tables: the delivery ledger, what it tells of, and small replicas of what other services own."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from shared import people as people_replica
from shared import personal
from shared.database import (
    BigInteger,
    Boolean,
    Bytes,
    Column,
    Id,
    Index,
    Instant,
    Integer,
    Json,
    Table,
    Text,
    UniqueConstraint,
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

# ---- the ledger --------------------------------------------------------------------------------------------------

notices: Final = Table(
    "notices",
    metadata,
    Column("id", Id(), primary_key=True, comment="the event's id"),
    Column("event", Text, nullable=False),
    Column("ticket_id", Id()),
    Column("actor_id", Id(), nullable=False),
    Column("occurred_at", Instant(), nullable=False),
    Column("facts", Json, nullable=False),
    Column("envelope", Json, comment="kept where a webhook is told"),
    Index("ix_notices_mails", text("(facts ->> 'ticket_id')"), postgresql_where=text("facts ? 'ticket_id'")),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("event_id", Id(), nullable=False, comment="a notice; no foreign key: both are one statement's"),
    Column("recipient_id", Id(), nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ticket_id", Id()),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("due_at", Instant(), comment="when it was first to leave"),
    Column("next_try_at", Instant()),
    Column("leased_until", Instant()),
    Column("sent_at", Instant()),
    Column("read_at", Instant()),
    Column("created_at", Instant(), nullable=False),
    closed("channel", "in_app", "mail", "webhook", "chat"),
    closed("state", "queued", "sent", "failed", "suppressed", "parked"),
    UniqueConstraint("event_id", "recipient_id", "channel"),
    Index("ix_deliveries_due", "channel", "next_try_at", postgresql_where=text("state IN ('queued', 'failed')")),
    Index(
        "ix_deliveries_shown",
        "recipient_id",
        "id",
        postgresql_where=text("channel = 'in_app' AND state = 'sent'"),
    ),
    Index(
        "ix_deliveries_unread",
        "recipient_id",
        postgresql_where=text("channel = 'in_app' AND state = 'sent' AND read_at IS NULL"),
    ),
    Index("ix_deliveries_ticket", "ticket_id", "id"),
    Index("ix_deliveries_troubled", "state", "id", postgresql_where=text("state IN ('queued', 'failed', 'parked')")),
)

webhooks: Final = Table(
    "webhooks",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", Json, nullable=False, comment="names, word.* or *"),
    Column("secret", Text, nullable=False),
    Column("previous_secret", Text),
    Column("previous_until", Instant(), comment="until when the secret before signs too"),
    Column("is_disabled", Boolean, nullable=False, server_default=text("false")),
    Column("is_deleted", Boolean, nullable=False, server_default=text("false")),
    Column("failure_count", Integer, nullable=False, server_default=text("0")),
    Column("closed_until", Instant(), comment="after failures it is left alone until then"),
    Column("created_by", Id(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    *aggregate_columns(),
)

chat_rooms: Final = Table(
    "chat_rooms",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False, comment="an Apprise address with its secrets; empty once removed"),
    Column("address", Text, nullable=False, comment="the same without its secrets, as it is shown"),
    Column("kinds", Json, nullable=False),
    Column("queue", Text, comment="only of requests that this queue has or had last; null: of all"),
    Column("language", Text, nullable=False),
    Column("is_disabled", Boolean, nullable=False, server_default=text("false")),
    Column("is_deleted", Boolean, nullable=False, server_default=text("false")),
    Column("failure_count", Integer, nullable=False, server_default=text("0")),
    Column("closed_until", Instant(), comment="after failures it is left alone until then"),
    Column("created_by", Id(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    *aggregate_columns(),
)

# ---- the live stream ---------------------------------------------------------------------------------------------

stream_events: Final = Table(
    "stream_events",
    metadata,
    Column("id", Id(), primary_key=True, comment="UUIDv7: its place in the stream"),
    Column("name", Text, nullable=False),
    Column("ticket_id", Id()),
    Column("recipients", Json, nullable=False, comment="ids of the people who are told of it"),
    Column("is_internal", Boolean, nullable=False, comment="the attendants' alone"),
    prefixes=["UNLOGGED"],
    comment="the last minutes, for open screens; not logged: after a crash every screen loads anew anyway",
)

stream_tickets: Final = Table(
    "stream_tickets",
    metadata,
    Column("key", Text, primary_key=True),
    Column("person_id", Id(), nullable=False),
    Column("tickets", Json, nullable=False),
    Column("attends", Boolean, nullable=False),
    Column("expires_at", Instant(), nullable=False),
)

presences: Final = Table(
    "presences",
    metadata,
    Column("ticket_id", Id(), primary_key=True),
    Column("person_id", Id(), primary_key=True),
    Column("until", Instant(), nullable=False),
    Index("ix_presences_until", "until"),
)

# ---- what people chose -------------------------------------------------------------------------------------------

preferences: Final = Table(
    "preferences",
    metadata,
    Column("person_id", Id(), primary_key=True),
    Column("off", Json, nullable=False, server_default=text("'[]'::jsonb"), comment="kind:channel switched off"),
    Column(
        "asked",
        Json,
        nullable=False,
        server_default=text("'[]'::jsonb"),
        comment="kind:channel wanted even where the house withholds it",
    ),
    Column("quiet_from", Text),
    Column("quiet_until", Text),
    Column("digest_minutes", Integer, nullable=False, server_default=text("0")),
    *aggregate_columns(),
)

addresses: Final = Table(
    "addresses",
    metadata,
    Column("email", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", Instant(), nullable=False),
    comment="e-mail addresses that refused mail for good",
)

# ---- who is told what, as the house has it ------------------------------------------------------------------------

house_rules: Final = Table(
    "house_rules",
    metadata,
    Column("code", Text, primary_key=True, comment="house: one row, changed as a whole"),
    Column("withheld", Json, nullable=False, comment="kind:role:channel"),
    Column("changed_by", Id(), nullable=False),
    Column("changed_at", Instant(), nullable=False),
    *aggregate_columns(),
)

# ---- letters' words ------------------------------------------------------------------------------------------------

templates: Final = Table(
    "templates",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("texts", Json, comment="title and body by language; null: the built-in words"),
    Column("changed_by", Id(), nullable=False),
    Column("changed_at", Instant(), nullable=False),
    *aggregate_columns(),
)

template_versions: Final = Table(
    "template_versions",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("texts", Json),
    Column("changed_by", Id(), nullable=False),
    Column("changed_at", Instant(), nullable=False),
    comment="what each letter said, and since when; never changed",
)

# ---- mail that comes in ------------------------------------------------------------------------------------------

incoming: Final = Table(
    "incoming",
    metadata,
    Column("key", Text, primary_key=True, comment="made of the message's own id and its body: each comes in once"),
    Column("id", Id(), nullable=False),
    Column("source", Text, nullable=False),
    Column("sender", Text, nullable=False, comment="the envelope's, empty for bounces"),
    Column("recipients", Json, nullable=False, comment="the envelope's, or those of the headers where none came"),
    Column("content", Bytes, comment="the message itself, until it came to its end"),
    Column("received_at", Instant(), nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("subject", Text, nullable=False, server_default=text("''")),
    Column("person_id", Id()),
    Column("ticket_id", Id()),
    Column("message_id", Id(), comment="the message that it became in the ticket's discussion"),
    Column("files_done", Integer, nullable=False, server_default=text("0")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Instant()),
    Column("leased_until", Instant()),
    closed("source", "smtp", "imap"),
    closed("state", "waiting", "taken", "ignored", "refused", "parked"),
    UniqueConstraint("id"),
    Index("ix_incoming_due", "next_try_at", postgresql_where=text("state = 'waiting'")),
    Index("ix_incoming_person", "person_id", "id"),
    Index("ix_incoming_ticket", "ticket_id", postgresql_where=text("ticket_id IS NOT NULL")),
)

# ---- replicas ----------------------------------------------------------------------------------------------------

tickets: Final = Table(
    "tickets",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("number", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("client_id", Id(), nullable=False),
    Column("type", Text, nullable=False),
    Column("side", Text),
    Column("holder_id", Id()),
    Column("holder_queue", Text),
    Column("last_queue", Text, comment="the queue that has it or had it last"),
    Column("last_attendant_id", Id(), comment="who holds it among the attendants, or held it last"),
    Column("due_at", Instant()),
    Column("is_deleted", Boolean, nullable=False, server_default=text("false")),
    Column("sequence", BigInteger, nullable=False),
)

queues: Final = Table(
    "queues",
    metadata,
    Column("code", Text, primary_key=True),
    Column("names", Json, nullable=False),
    Column("members", Json, nullable=False),
    Column("is_retired", Boolean, nullable=False, server_default=text("false")),
    Column("sequence", BigInteger, nullable=False),
)

types: Final = Table(
    "types",
    metadata,
    Column("code", Text, primary_key=True),
    Column("names", Json, nullable=False),
    Column("group", Text, nullable=False),
    Column("group_names", Json, nullable=False),
    Column("is_confidential", Boolean, nullable=False, server_default=text("false")),
    Column("sequence", BigInteger, nullable=False),
)

settings: Final = Table(
    "settings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Json),
    Column("sequence", BigInteger, nullable=False),
)

AGGREGATES: Final = {
    "chat_room": chat_rooms,
    "house_rules": house_rules,
    "preferences": preferences,
    "template": templates,
    "webhook": webhooks,
}
STORE: Final = Store("notify", metadata, AGGREGATES)
