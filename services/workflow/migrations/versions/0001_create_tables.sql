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

CREATE INDEX ix_outbox_sent_at ON outbox (sent_at) WHERE sent_at IS NOT NULL;

CREATE INDEX ix_outbox_unsent ON outbox (id) WHERE sent_at IS NULL;

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

CREATE INDEX ix_inbox_received_at ON inbox (received_at);

CREATE INDEX ix_inbox_due ON inbox (next_try_at) WHERE state = 'due';

CREATE INDEX ix_inbox_parked ON inbox (id) WHERE state = 'parked';

CREATE INDEX ix_inbox_waiting ON inbox (word, aggregate_id, sequence) WHERE state = 'waiting';

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

CREATE TABLE catalogs (
    id TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_catalogs PRIMARY KEY (id)
);

CREATE TABLE groups (
    code TEXT NOT NULL,
    names JSONB NOT NULL,
    position INTEGER NOT NULL,
    is_retired BOOLEAN NOT NULL,
    CONSTRAINT pk_groups PRIMARY KEY (code)
);

CREATE TABLE types (
    code TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    head BYTEA DEFAULT ''::bytea NOT NULL,
    audit_count BIGINT DEFAULT 0 NOT NULL,
    group_code TEXT NOT NULL,
    names JSONB NOT NULL,
    descriptions JSONB NOT NULL,
    opened_by JSONB NOT NULL,
    is_confidential BOOLEAN NOT NULL,
    priority TEXT NOT NULL,
    attachments JSONB,
    templates JSONB NOT NULL,
    current_version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    is_retired BOOLEAN NOT NULL,
    CONSTRAINT pk_types PRIMARY KEY (code)
);

CREATE INDEX ix_types_group ON types (group_code);

CREATE TABLE publications (
    type TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_publications PRIMARY KEY (type)
);

CREATE TABLE type_versions (
    type TEXT NOT NULL,
    number INTEGER NOT NULL,
    content JSONB NOT NULL,
    people JSONB NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_by UUID NOT NULL,
    CONSTRAINT pk_type_versions PRIMARY KEY (type, number)
);

CREATE TABLE queues (
    code TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    head BYTEA DEFAULT ''::bytea NOT NULL,
    audit_count BIGINT DEFAULT 0 NOT NULL,
    names JSONB NOT NULL,
    position INTEGER NOT NULL,
    is_retired BOOLEAN NOT NULL,
    CONSTRAINT pk_queues PRIMARY KEY (code)
);

CREATE TABLE queue_members (
    queue TEXT NOT NULL,
    person_id UUID NOT NULL,
    email TEXT NOT NULL,
    position INTEGER NOT NULL,
    CONSTRAINT pk_queue_members PRIMARY KEY (queue, person_id)
);

CREATE INDEX ix_queue_members_person ON queue_members (person_id);

CREATE TABLE calendars (
    code TEXT NOT NULL,
    content JSONB NOT NULL,
    position INTEGER NOT NULL,
    is_retired BOOLEAN NOT NULL,
    CONSTRAINT pk_calendars PRIMARY KEY (code)
);

CREATE TABLE client_kinds (
    code TEXT NOT NULL,
    content JSONB NOT NULL,
    position INTEGER NOT NULL,
    is_retired BOOLEAN NOT NULL,
    CONSTRAINT pk_client_kinds PRIMARY KEY (code)
);

CREATE TABLE settings (
    key TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    head BYTEA DEFAULT ''::bytea NOT NULL,
    audit_count BIGINT DEFAULT 0 NOT NULL,
    value JSONB,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_by UUID NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (key)
);

CREATE TABLE flows (
    ticket_id UUID NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    state TEXT NOT NULL,
    type TEXT NOT NULL,
    type_version INTEGER NOT NULL,
    number TEXT NOT NULL,
    client_id UUID NOT NULL,
    requester_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    stage TEXT,
    entry INTEGER NOT NULL,
    side TEXT NOT NULL,
    mode TEXT NOT NULL,
    holder_id UUID,
    holder_queue TEXT,
    attendant_id UUID,
    before_id UUID,
    kept_id UUID,
    party JSONB,
    until TIMESTAMP WITH TIME ZONE,
    approvers TEXT[],
    alarm TEXT,
    reopen_until TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    near_at TIMESTAMP WITH TIME ZONE,
    next_at TIMESTAMP WITH TIME ZONE,
    leased_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_flows PRIMARY KEY (ticket_id),
    CONSTRAINT ck_flows_state CHECK (state IN ('running', 'concluded', 'cancelled', 'refused')),
    CONSTRAINT ck_flows_side CHECK (side IN ('client', 'attendant', 'third_party', 'nobody')),
    CONSTRAINT ck_flows_mode CHECK (mode IN ('stage', 'waiting', 'scheduled')),
    CONSTRAINT ck_flows_one_holder CHECK (holder_id IS NULL OR holder_queue IS NULL),
    CONSTRAINT ck_flows_ended_is_nobodys CHECK (state = 'running' OR (side = 'nobody' AND holder_id IS NULL))
);

CREATE INDEX ix_flows_queue ON flows (holder_queue) WHERE state = 'running' AND holder_queue IS NOT NULL;

CREATE INDEX ix_flows_open ON flows (type, type_version) WHERE state = 'running';

CREATE INDEX ix_flows_holder ON flows (holder_id) WHERE state = 'running' AND holder_id IS NOT NULL;

CREATE INDEX ix_flows_unheld ON flows (ticket_id) WHERE state = 'running' AND side <> 'nobody' AND holder_id IS NULL AND holder_queue IS NULL;

CREATE INDEX ix_flows_next ON flows (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE turns (
    ticket_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    side TEXT NOT NULL,
    entry INTEGER NOT NULL,
    starts BOOLEAN NOT NULL,
    CONSTRAINT pk_turns PRIMARY KEY (ticket_id, ordinal),
    CONSTRAINT ck_turns_side CHECK (side IN ('client', 'attendant', 'third_party', 'nobody'))
);

CREATE TABLE votes (
    ticket_id UUID NOT NULL,
    entry INTEGER NOT NULL,
    person_id UUID NOT NULL,
    seat_id UUID NOT NULL,
    outcome TEXT NOT NULL,
    evidence TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_votes PRIMARY KEY (ticket_id, entry, person_id),
    CONSTRAINT ck_votes_outcome CHECK (outcome IN ('approved', 'rejected'))
);

CREATE UNIQUE INDEX uq_votes_seat ON votes (ticket_id, entry, seat_id);

CREATE TABLE clocks (
    ticket_id UUID NOT NULL,
    name TEXT NOT NULL,
    entry INTEGER NOT NULL,
    calendar TEXT,
    due_at TIMESTAMP WITH TIME ZONE,
    near_at TIMESTAMP WITH TIME ZONE,
    near_told BOOLEAN NOT NULL,
    missed_told BOOLEAN NOT NULL,
    CONSTRAINT pk_clocks PRIMARY KEY (ticket_id, name)
);

CREATE INDEX ix_clocks_calendar ON clocks (calendar) WHERE calendar IS NOT NULL;

CREATE TABLE checks (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_second BOOLEAN NOT NULL,
    leased_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_checks PRIMARY KEY (kind, id),
    CONSTRAINT ck_checks_kind CHECK (kind IN ('person', 'profile', 'queue', 'calendar'))
);

CREATE INDEX ix_checks_at ON checks (at);

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
