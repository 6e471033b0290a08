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

CREATE INDEX ix_inbox_parked ON inbox (id) WHERE state = 'parked';

CREATE INDEX ix_inbox_waiting ON inbox (word, aggregate_id, sequence) WHERE state = 'waiting';

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

CREATE TABLE client_kinds (
    code TEXT NOT NULL,
    names JSONB NOT NULL,
    login TEXT[] NOT NULL,
    is_retired BOOLEAN NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    head BYTEA DEFAULT ''::bytea NOT NULL,
    audit_count BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_client_kinds PRIMARY KEY (code)
);

CREATE TABLE profiles (
    code TEXT NOT NULL,
    names JSONB NOT NULL,
    permissions TEXT[] NOT NULL,
    scopes TEXT[] NOT NULL,
    is_built_in BOOLEAN NOT NULL,
    is_retired BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    head BYTEA DEFAULT ''::bytea NOT NULL,
    audit_count BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_profiles PRIMARY KEY (code)
);

CREATE TABLE failures (
    id UUID NOT NULL,
    key TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_failures PRIMARY KEY (id)
);

CREATE INDEX ix_failures_key ON failures (key, at);

CREATE INDEX ix_failures_at ON failures (at);

CREATE TABLE people (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    kind TEXT,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    profiles TEXT[] NOT NULL,
    mail BOOLEAN NOT NULL,
    is_active BOOLEAN NOT NULL,
    is_machine BOOLEAN NOT NULL,
    superior_id UUID,
    substitute_id UUID,
    absent_from DATE,
    absent_until DATE,
    is_absent BOOLEAN NOT NULL,
    guardians TEXT[] NOT NULL,
    signed_out_at TIMESTAMP WITH TIME ZONE,
    search_text TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    head BYTEA DEFAULT ''::bytea NOT NULL,
    audit_count BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_people PRIMARY KEY (id),
    CONSTRAINT ck_people_language CHECK (language IN ('pt-BR', 'en', 'es')),
    CONSTRAINT fk_people_kind FOREIGN KEY(kind) REFERENCES client_kinds (code),
    CONSTRAINT fk_people_superior_id FOREIGN KEY(superior_id) REFERENCES people (id),
    CONSTRAINT fk_people_substitute_id FOREIGN KEY(substitute_id) REFERENCES people (id)
);

CREATE INDEX ix_people_profiles ON people USING gin (profiles);

CREATE INDEX ix_people_absences ON people (absent_from) WHERE absent_from IS NOT NULL;

CREATE INDEX ix_people_kind ON people (kind, id);

CREATE TABLE identifiers (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    person_id UUID NOT NULL,
    CONSTRAINT pk_identifiers PRIMARY KEY (kind, value),
    CONSTRAINT ck_identifiers_kind CHECK (kind IN ('email', 'cpf_cnpj', 'registration')),
    CONSTRAINT fk_identifiers_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);

CREATE INDEX ix_identifiers_person ON identifiers (person_id);

CREATE TABLE passwords (
    person_id UUID NOT NULL,
    hash TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_passwords PRIMARY KEY (person_id),
    CONSTRAINT fk_passwords_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);

CREATE TABLE sessions (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    generation INTEGER NOT NULL,
    portal_digest BYTEA,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    end_reason TEXT,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT ck_sessions_end_reason CHECK (end_reason IN ('signed_out', 'ended', 'reused', 'password_changed', 'disabled')),
    CONSTRAINT fk_sessions_person_id FOREIGN KEY(person_id) REFERENCES people (id),
    CONSTRAINT uq_sessions_portal_digest UNIQUE (portal_digest)
);

CREATE INDEX ix_sessions_person ON sessions (person_id, id);

CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);

CREATE TABLE links (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    purpose TEXT NOT NULL,
    made_by UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    is_void BOOLEAN NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_links PRIMARY KEY (id),
    CONSTRAINT ck_links_purpose CHECK (purpose IN ('first_access', 'password_reset')),
    CONSTRAINT fk_links_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);

CREATE INDEX ix_links_person ON links (person_id, created_at);

CREATE INDEX ix_links_expires_at ON links (expires_at);

CREATE TABLE clients (
    id TEXT NOT NULL,
    person_id UUID NOT NULL,
    secret_digest BYTEA NOT NULL,
    grants TEXT[] NOT NULL,
    made_by UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    rotated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_clients PRIMARY KEY (id),
    CONSTRAINT uq_clients_person_id UNIQUE (person_id),
    CONSTRAINT fk_clients_person_id FOREIGN KEY(person_id) REFERENCES people (id)
);
