CREATE TABLE outbox (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    v INTEGER NOT NULL,
    word TEXT NOT NULL,
    aggregate_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor_id UUID NOT NULL,
    causation_id UUID,
    trace TEXT,
    payload JSONB NOT NULL,
    leased_until TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT uq_outbox_word_aggregate_id_sequence UNIQUE (word, aggregate_id, sequence)
);

CREATE INDEX ix_outbox_unsent ON outbox (id) WHERE sent_at IS NULL;

CREATE INDEX ix_outbox_sent_at ON outbox (sent_at) WHERE sent_at IS NOT NULL;

CREATE TABLE inbox (
    id UUID NOT NULL,
    word TEXT NOT NULL,
    aggregate_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER DEFAULT 0 NOT NULL,
    next_try_at TIMESTAMP WITH TIME ZONE,
    error TEXT,
    envelope JSONB,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    parked_count BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_inbox PRIMARY KEY (id),
    CONSTRAINT ck_inbox_state CHECK (state IN ('done', 'waiting', 'due', 'parked', 'discarded')),
    CONSTRAINT uq_inbox_word_aggregate_id_sequence UNIQUE (word, aggregate_id, sequence)
);

CREATE INDEX ix_inbox_waiting ON inbox (word, aggregate_id, sequence) WHERE state = 'waiting';

CREATE INDEX ix_inbox_due ON inbox (next_try_at) WHERE state = 'due';

CREATE INDEX ix_inbox_received_at ON inbox (received_at);

CREATE INDEX ix_inbox_parked ON inbox (id) WHERE state = 'parked';

CREATE TABLE applied (
    word TEXT NOT NULL,
    aggregate_id TEXT NOT NULL,
    applied BIGINT NOT NULL,
    CONSTRAINT pk_applied PRIMARY KEY (word, aggregate_id)
);

CREATE TABLE feeds (
    publisher TEXT NOT NULL,
    checked_until TIMESTAMP WITH TIME ZONE NOT NULL,
    newest_at TIMESTAMP WITH TIME ZONE,
    arrived_at TIMESTAMP WITH TIME ZONE,
    leased_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_feeds PRIMARY KEY (publisher)
);

CREATE TABLE attempts (
    event_id UUID NOT NULL,
    tries INTEGER NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_attempts PRIMARY KEY (event_id)
);

CREATE TABLE dead_letters (
    id UUID NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT NOT NULL,
    headers JSONB NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_dead_letters PRIMARY KEY (id)
);

CREATE TABLE idempotency_keys (
    person_id UUID NOT NULL,
    path TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (person_id, path, key)
);

CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);

CREATE TABLE audit_log (
    id UUID NOT NULL,
    word TEXT NOT NULL,
    aggregate_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor_id UUID NOT NULL,
    action TEXT NOT NULL,
    detail_digest BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    head BYTEA NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (id),
    CONSTRAINT uq_audit_log_word_aggregate_id_position UNIQUE (word, aggregate_id, position)
);

CREATE INDEX ix_audit_log_at ON audit_log (at);

CREATE TABLE audit_details (
    id UUID NOT NULL,
    salt BYTEA NOT NULL,
    detail JSONB NOT NULL,
    CONSTRAINT pk_audit_details PRIMARY KEY (id)
);

CREATE TABLE people (
    id UUID NOT NULL,
    display_name TEXT NOT NULL,
    email TEXT,
    kind TEXT,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    profiles TEXT[] NOT NULL,
    is_active BOOLEAN NOT NULL,
    superior_id UUID,
    substitute_id UUID,
    is_absent BOOLEAN NOT NULL,
    is_machine BOOLEAN NOT NULL,
    guardians TEXT[] NOT NULL,
    organisation_id UUID,
    mail BOOLEAN NOT NULL,
    signed_out_at TIMESTAMP WITH TIME ZONE,
    ended_sessions TEXT[] NOT NULL,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_people PRIMARY KEY (id)
);

CREATE INDEX ix_people_profiles ON people USING gin (profiles);

CREATE INDEX ix_people_guardians ON people USING gin (guardians);

CREATE INDEX ix_people_email ON people (email);

CREATE TABLE profiles (
    code TEXT NOT NULL,
    names JSONB NOT NULL,
    permissions TEXT[] NOT NULL,
    scopes TEXT[] NOT NULL,
    is_retired BOOLEAN NOT NULL,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_profiles PRIMARY KEY (code)
);

CREATE TABLE notices (
    id UUID NOT NULL,
    event TEXT NOT NULL,
    ticket_id UUID,
    actor_id UUID NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    facts JSONB NOT NULL,
    envelope JSONB,
    CONSTRAINT pk_notices PRIMARY KEY (id)
);

COMMENT ON COLUMN notices.id IS 'the event''s id';

COMMENT ON COLUMN notices.envelope IS 'kept where a webhook is told';

CREATE TABLE deliveries (
    id UUID NOT NULL,
    event_id UUID NOT NULL,
    recipient_id UUID NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    ticket_id UUID,
    state TEXT NOT NULL,
    reason TEXT,
    tries INTEGER DEFAULT 0 NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    next_try_at TIMESTAMP WITH TIME ZONE,
    leased_until TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    read_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_deliveries PRIMARY KEY (id),
    CONSTRAINT ck_deliveries_channel CHECK (channel IN ('in_app', 'mail', 'webhook')),
    CONSTRAINT ck_deliveries_state CHECK (state IN ('queued', 'sent', 'failed', 'suppressed', 'parked')),
    CONSTRAINT uq_deliveries_event_id_recipient_id_channel UNIQUE (event_id, recipient_id, channel)
);

CREATE INDEX ix_deliveries_unread ON deliveries (recipient_id) WHERE channel = 'in_app' AND state = 'sent' AND read_at IS NULL;

CREATE INDEX ix_deliveries_ticket ON deliveries (ticket_id, id);

CREATE INDEX ix_deliveries_shown ON deliveries (recipient_id, id) WHERE channel = 'in_app' AND state = 'sent';

CREATE INDEX ix_deliveries_troubled ON deliveries (state, id) WHERE state IN ('queued', 'failed', 'parked');

CREATE INDEX ix_deliveries_due ON deliveries (channel, next_try_at) WHERE state IN ('queued', 'failed');

COMMENT ON COLUMN deliveries.event_id IS 'a notice; no foreign key: both are one statement''s';

COMMENT ON COLUMN deliveries.due_at IS 'when it was first to leave';

CREATE TABLE webhooks (
    id UUID NOT NULL,
    url TEXT NOT NULL,
    events JSONB NOT NULL,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_until TIMESTAMP WITH TIME ZONE,
    is_disabled BOOLEAN DEFAULT false NOT NULL,
    is_deleted BOOLEAN DEFAULT false NOT NULL,
    failure_count INTEGER DEFAULT 0 NOT NULL,
    closed_until TIMESTAMP WITH TIME ZONE,
    created_by UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    head BYTEA DEFAULT ''::bytea NOT NULL,
    audit_count BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_webhooks PRIMARY KEY (id)
);

COMMENT ON COLUMN webhooks.events IS 'names, word.* or *';

COMMENT ON COLUMN webhooks.previous_until IS 'until when the secret before signs too';

COMMENT ON COLUMN webhooks.closed_until IS 'after failures it is left alone until then';

CREATE UNLOGGED TABLE stream_events (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    ticket_id UUID,
    recipients JSONB NOT NULL,
    is_internal BOOLEAN NOT NULL,
    CONSTRAINT pk_stream_events PRIMARY KEY (id)
);

COMMENT ON TABLE stream_events IS 'the last minutes, for open screens; not logged: after a crash every screen loads anew anyway';

COMMENT ON COLUMN stream_events.id IS 'UUIDv7: its place in the stream';

COMMENT ON COLUMN stream_events.recipients IS 'ids of the people who are told of it';

COMMENT ON COLUMN stream_events.is_internal IS 'the attendants'' alone';

CREATE TABLE stream_tickets (
    key TEXT NOT NULL,
    person_id UUID NOT NULL,
    tickets JSONB NOT NULL,
    attends BOOLEAN NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_stream_tickets PRIMARY KEY (key)
);

CREATE TABLE presences (
    ticket_id UUID NOT NULL,
    person_id UUID NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_presences PRIMARY KEY (ticket_id, person_id)
);

CREATE INDEX ix_presences_until ON presences (until);

CREATE TABLE preferences (
    person_id UUID NOT NULL,
    "off" JSONB DEFAULT '[]'::jsonb NOT NULL,
    quiet_from TEXT,
    quiet_until TEXT,
    digest_minutes INTEGER DEFAULT 0 NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    head BYTEA DEFAULT ''::bytea NOT NULL,
    audit_count BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_preferences PRIMARY KEY (person_id)
);

COMMENT ON COLUMN preferences."off" IS 'kind:channel switched off';

CREATE TABLE addresses (
    email TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_addresses PRIMARY KEY (email)
);

COMMENT ON TABLE addresses IS 'e-mail addresses that refused mail for good';

CREATE TABLE tickets (
    id UUID NOT NULL,
    number TEXT NOT NULL,
    subject TEXT NOT NULL,
    client_id UUID NOT NULL,
    type TEXT NOT NULL,
    side TEXT,
    holder_id UUID,
    holder_queue TEXT,
    due_at TIMESTAMP WITH TIME ZONE,
    is_deleted BOOLEAN DEFAULT false NOT NULL,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_tickets PRIMARY KEY (id)
);

CREATE TABLE queues (
    code TEXT NOT NULL,
    names JSONB NOT NULL,
    members JSONB NOT NULL,
    is_retired BOOLEAN DEFAULT false NOT NULL,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_queues PRIMARY KEY (code)
);

CREATE TABLE types (
    code TEXT NOT NULL,
    names JSONB NOT NULL,
    "group" TEXT NOT NULL,
    group_names JSONB NOT NULL,
    is_confidential BOOLEAN DEFAULT false NOT NULL,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_types PRIMARY KEY (code)
);

CREATE TABLE settings (
    key TEXT NOT NULL,
    value JSONB,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (key)
);
