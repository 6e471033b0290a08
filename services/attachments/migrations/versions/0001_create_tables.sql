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

CREATE INDEX ix_inbox_parked ON inbox (id) WHERE state = 'parked';

CREATE INDEX ix_inbox_received_at ON inbox (received_at);

CREATE INDEX ix_inbox_due ON inbox (next_try_at) WHERE state = 'due';

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

CREATE TABLE attachments (
    id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    ticket_type TEXT NOT NULL,
    by_id UUID NOT NULL,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    declared_type TEXT DEFAULT '' NOT NULL,
    content_type TEXT DEFAULT '' NOT NULL,
    announced_sha256 TEXT,
    sha256 TEXT,
    is_internal BOOLEAN DEFAULT false NOT NULL,
    message_id UUID,
    parameter TEXT,
    state TEXT DEFAULT 'uploading' NOT NULL,
    reason TEXT,
    parts JSONB NOT NULL,
    failure_count INTEGER DEFAULT 0 NOT NULL,
    next_try_at TIMESTAMP WITH TIME ZONE,
    leased_until TIMESTAMP WITH TIME ZONE,
    settled_at TIMESTAMP WITH TIME ZONE,
    removed_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    head BYTEA DEFAULT ''::bytea NOT NULL,
    audit_count BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_attachments PRIMARY KEY (id),
    CONSTRAINT ck_attachments_state CHECK (state IN ('uploading', 'checking', 'stored', 'rejected'))
);

CREATE INDEX ix_attachments_untidy ON attachments (id) WHERE parts <> '[]'::jsonb AND (removed_at IS NOT NULL OR state IN ('stored', 'rejected'));

CREATE INDEX ix_attachments_ticket ON attachments (ticket_id, id) WHERE removed_at IS NULL;

CREATE INDEX ix_attachments_abandoned ON attachments (created_at) WHERE state = 'uploading' AND removed_at IS NULL;

CREATE INDEX ix_attachments_content ON attachments (sha256) WHERE sha256 IS NOT NULL;

CREATE INDEX ix_attachments_due ON attachments (next_try_at) WHERE state = 'checking' AND removed_at IS NULL;

COMMENT ON COLUMN attachments.ticket_type IS 'whose limits the check holds it to';

COMMENT ON COLUMN attachments.declared_type IS 'what the sender said';

COMMENT ON COLUMN attachments.content_type IS 'what the content is';

COMMENT ON COLUMN attachments.sha256 IS 'of the content; counted in `contents` from when it is set';

COMMENT ON COLUMN attachments.parts IS 'number, size and tag of each; empty once they are removed';

CREATE TABLE contents (
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    state TEXT NOT NULL,
    reference_count INTEGER NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    leased_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_contents PRIMARY KEY (sha256),
    CONSTRAINT ck_contents_state CHECK (state IN ('writing', 'stored', 'leaving'))
);

CREATE INDEX ix_contents_unused ON contents (changed_at) WHERE reference_count = 0;

COMMENT ON TABLE contents IS 'each content once, however many files have it';

CREATE TABLE rounds (
    name TEXT NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_rounds PRIMARY KEY (name)
);

COMMENT ON TABLE rounds IS 'when a round that one worker at a time does is next';

CREATE TABLE tickets (
    id UUID NOT NULL,
    revision INTEGER NOT NULL,
    is_deleted BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_tickets PRIMARY KEY (id)
);

COMMENT ON COLUMN tickets.revision IS 'raised with each file that is added, so that none slips by';

CREATE TABLE types (
    code TEXT NOT NULL,
    attachments JSONB,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_types PRIMARY KEY (code)
);

COMMENT ON COLUMN types.attachments IS '{count, size_bytes, types}, as far as the catalog says them';
