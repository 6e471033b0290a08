CREATE OR REPLACE FUNCTION vez_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
        SELECT translate(lower(value), 'áàâãäåéèêëíìîïóòôõöúùûüçñýÿ', 'aaaaaaeeeeiiiiooooouuuucnyy')
    $$;

CREATE SEQUENCE ticket_numbers;

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

CREATE INDEX ix_inbox_due ON inbox (next_try_at) WHERE state = 'due';

CREATE INDEX ix_inbox_received_at ON inbox (received_at);

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

CREATE TABLE tickets (
    id UUID NOT NULL,
    number TEXT NOT NULL,
    type TEXT NOT NULL,
    flow_version INTEGER NOT NULL,
    subject TEXT NOT NULL,
    status TEXT NOT NULL,
    priority TEXT NOT NULL,
    client_id UUID NOT NULL,
    author_id UUID NOT NULL,
    parameters JSONB NOT NULL,
    stage TEXT,
    stage_kind TEXT,
    stage_entered_at TIMESTAMP WITH TIME ZONE,
    last_stage TEXT,
    turn_side TEXT NOT NULL,
    turn_ordinal INTEGER DEFAULT 0 NOT NULL,
    turn_since TIMESTAMP WITH TIME ZONE NOT NULL,
    turn_party JSONB,
    holder_person_id UUID,
    holder_queue TEXT,
    last_attendant_id UUID,
    approvers TEXT[] DEFAULT '{}'::text[] NOT NULL,
    scheduled_until TIMESTAMP WITH TIME ZONE,
    pending_id UUID,
    pending_kind TEXT,
    understanding_version INTEGER DEFAULT 0 NOT NULL,
    understood_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    near_at TIMESTAMP WITH TIME ZONE,
    reopen_until TIMESTAMP WITH TIME ZONE,
    rating INTEGER,
    duplicate_of UUID,
    is_reopened BOOLEAN DEFAULT false NOT NULL,
    history_count INTEGER DEFAULT 0 NOT NULL,
    history_head BYTEA DEFAULT ''::bytea NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    shelf TEXT GENERATED ALWAYS AS (CASE status WHEN 'open' THEN turn_side ELSE status END) STORED,
    version INTEGER DEFAULT 1 NOT NULL,
    sequence BIGINT DEFAULT 0 NOT NULL,
    head BYTEA DEFAULT ''::bytea NOT NULL,
    audit_count BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_tickets PRIMARY KEY (id),
    CONSTRAINT ck_tickets_status CHECK (status IN ('draft', 'open', 'concluded', 'cancelled', 'deleted')),
    CONSTRAINT ck_tickets_priority CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    CONSTRAINT ck_tickets_turn_side CHECK (turn_side IN ('client', 'attendant', 'third_party', 'nobody')),
    CONSTRAINT ck_tickets_stage_kind CHECK (stage_kind IN ('ordinary', 'approval', 'terminal')),
    CONSTRAINT ck_tickets_pending_kind CHECK (pending_kind IN ('submit', 'advance', 'decision', 'transfer', 'take', 'schedule', 'wait', 'resume', 'cancel', 'reopen')),
    CONSTRAINT ck_tickets_pending_whole CHECK ((pending_id IS NULL) = (pending_kind IS NULL)),
    CONSTRAINT ck_tickets_one_holder CHECK (holder_person_id IS NULL OR holder_queue IS NULL),
    CONSTRAINT ck_tickets_draft_is_the_clients CHECK (status <> 'draft' OR (turn_side = 'client' AND stage IS NULL)),
    CONSTRAINT ck_tickets_ended_turn CHECK (status NOT IN ('concluded', 'cancelled', 'deleted') OR turn_side = 'nobody'),
    CONSTRAINT ck_tickets_rating CHECK (rating BETWEEN 1 AND 5),
    CONSTRAINT uq_tickets_number UNIQUE (number)
);

CREATE INDEX ix_tickets_client_shelf ON tickets (client_id, shelf, id);

CREATE INDEX ix_tickets_holder ON tickets (holder_person_id, shelf, id) WHERE holder_person_id IS NOT NULL;

CREATE INDEX ix_tickets_opened_for ON tickets (author_id, id) WHERE author_id <> client_id;

CREATE INDEX ix_tickets_type ON tickets (type, id);

CREATE INDEX ix_tickets_approvers ON tickets USING gin (approvers) WHERE approvers <> '{}';

CREATE INDEX ix_tickets_shelf ON tickets (shelf, id);

CREATE INDEX ix_tickets_queue ON tickets (holder_queue, id) WHERE holder_queue IS NOT NULL;

CREATE TABLE templates (
    id UUID NOT NULL,
    owner_id UUID NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    description TEXT NOT NULL,
    parameters JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_templates PRIMARY KEY (id)
);

CREATE INDEX ix_templates_owner ON templates (owner_id, id);

CREATE TABLE types (
    code TEXT NOT NULL,
    group_code TEXT NOT NULL,
    group_names JSONB NOT NULL,
    names JSONB NOT NULL,
    descriptions JSONB NOT NULL,
    opened_by JSONB NOT NULL,
    templates JSONB NOT NULL,
    priority TEXT NOT NULL,
    is_confidential BOOLEAN NOT NULL,
    is_retired BOOLEAN NOT NULL,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_types PRIMARY KEY (code)
);

CREATE INDEX ix_types_group ON types (group_code);

CREATE TABLE published (
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_published PRIMARY KEY (type)
);

CREATE TABLE type_versions (
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    definition JSONB NOT NULL,
    CONSTRAINT pk_type_versions PRIMARY KEY (type, version)
);

CREATE TABLE queues (
    code TEXT NOT NULL,
    names JSONB NOT NULL,
    members TEXT[] DEFAULT '{}'::text[] NOT NULL,
    is_retired BOOLEAN NOT NULL,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_queues PRIMARY KEY (code)
);

CREATE INDEX ix_queues_members ON queues USING gin (members);

CREATE TABLE settings (
    key TEXT NOT NULL,
    value JSONB,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (key)
);

CREATE TABLE files (
    id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    sha256 TEXT,
    is_internal BOOLEAN NOT NULL,
    by_id UUID NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_files PRIMARY KEY (id),
    CONSTRAINT ck_files_state CHECK (state IN ('stored', 'rejected'))
);

CREATE INDEX ix_files_ticket ON files (ticket_id);

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

CREATE INDEX ix_people_email ON people (email);

CREATE INDEX ix_people_profiles ON people USING gin (profiles);

CREATE INDEX ix_people_guardians ON people USING gin (guardians);

CREATE TABLE profiles (
    code TEXT NOT NULL,
    names JSONB NOT NULL,
    permissions TEXT[] NOT NULL,
    scopes TEXT[] NOT NULL,
    is_retired BOOLEAN NOT NULL,
    sequence BIGINT NOT NULL,
    CONSTRAINT pk_profiles PRIMARY KEY (code)
);

CREATE TABLE texts (
    ticket_id UUID NOT NULL,
    subject TEXT NOT NULL,
    description TEXT NOT NULL,
    words TSVECTOR GENERATED ALWAYS AS (to_tsvector('portuguese'::regconfig, vez_fold(subject || ' ' || description))) STORED,
    CONSTRAINT pk_texts PRIMARY KEY (ticket_id),
    CONSTRAINT fk_texts_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
);

CREATE INDEX ix_texts_words ON texts USING gin (words);

CREATE TABLE operations (
    id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    by_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    comment TEXT,
    transition TEXT,
    outcome TEXT,
    evidence TEXT,
    to_person_id UUID,
    to_queue TEXT,
    party TEXT,
    until TIMESTAMP WITH TIME ZONE,
    duplicate_of UUID,
    problem_type TEXT,
    problem_message TEXT,
    problem_values JSONB,
    accepted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_operations PRIMARY KEY (id),
    CONSTRAINT ck_operations_kind CHECK (kind IN ('submit', 'advance', 'decision', 'transfer', 'take', 'schedule', 'wait', 'resume', 'cancel', 'reopen')),
    CONSTRAINT ck_operations_state CHECK (state IN ('pending', 'done', 'refused')),
    CONSTRAINT ck_operations_outcome CHECK (outcome IN ('approved', 'rejected')),
    CONSTRAINT ck_operations_settled CHECK ((state = 'pending') = (settled_at IS NULL)),
    CONSTRAINT fk_operations_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
);

CREATE UNIQUE INDEX uq_operations_pending ON operations (ticket_id) WHERE state = 'pending';

CREATE INDEX ix_operations_ticket ON operations (ticket_id, id);

CREATE TABLE turns (
    ticket_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    side TEXT NOT NULL,
    holder_person_id UUID,
    holder_queue TEXT,
    stage TEXT,
    cause TEXT NOT NULL,
    by_id UUID NOT NULL,
    operation_id UUID,
    CONSTRAINT pk_turns PRIMARY KEY (ticket_id, ordinal),
    CONSTRAINT ck_turns_side CHECK (side IN ('client', 'attendant', 'third_party', 'nobody')),
    CONSTRAINT ck_turns_cause CHECK (cause IN ('entered', 'reopened', 'finished', 'transfer', 'take', 'schedule', 'wake', 'wait', 'resume', 'holder_gone')),
    CONSTRAINT ck_turns_ordinal CHECK (ordinal > 0),
    CONSTRAINT ck_turns_one_holder CHECK (holder_person_id IS NULL OR holder_queue IS NULL),
    CONSTRAINT fk_turns_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
);

CREATE OR REPLACE FUNCTION turns_follow() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        last turns%ROWTYPE;
    BEGIN
        SELECT * INTO last FROM turns WHERE ticket_id = NEW.ticket_id ORDER BY ordinal DESC LIMIT 1;
        IF NEW.ordinal <> coalesce(last.ordinal, 0) + 1 THEN
            RAISE EXCEPTION 'turn % of ticket % does not follow turn %', NEW.ordinal, NEW.ticket_id, last.ordinal
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_turns_contiguous';
        END IF;
        IF NEW.since < last.since THEN
            RAISE EXCEPTION 'turn % of ticket % begins before the one it follows', NEW.ordinal, NEW.ticket_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_turns_since';
        END IF;
        RETURN NEW;
    END $$;

CREATE TRIGGER turns_follow BEFORE INSERT ON turns FOR EACH ROW EXECUTE FUNCTION turns_follow();

CREATE TABLE holders (
    ticket_id UUID NOT NULL,
    holder TEXT NOT NULL,
    CONSTRAINT pk_holders PRIMARY KEY (ticket_id, holder),
    CONSTRAINT fk_holders_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
);

CREATE INDEX ix_holders_holder ON holders (holder, ticket_id);

CREATE TABLE stage_history (
    ticket_id UUID NOT NULL,
    position INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    stage TEXT NOT NULL,
    side TEXT NOT NULL,
    by_id UUID NOT NULL,
    transition TEXT,
    before_person_id UUID,
    before_queue TEXT,
    after_person_id UUID,
    after_queue TEXT,
    operation_id UUID,
    fallback_reason TEXT,
    comment_digest BYTEA,
    digest BYTEA NOT NULL,
    head BYTEA NOT NULL,
    CONSTRAINT pk_stage_history PRIMARY KEY (ticket_id, position),
    CONSTRAINT ck_stage_history_side CHECK (side IN ('client', 'attendant', 'third_party', 'nobody')),
    CONSTRAINT ck_stage_history_position CHECK (position > 0),
    CONSTRAINT fk_stage_history_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
);

CREATE TABLE stage_comments (
    ticket_id UUID NOT NULL,
    position INTEGER NOT NULL,
    salt BYTEA NOT NULL,
    comment TEXT NOT NULL,
    CONSTRAINT pk_stage_comments PRIMARY KEY (ticket_id, position),
    CONSTRAINT fk_stage_comments_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
);

CREATE TABLE messages (
    id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    author_id UUID NOT NULL,
    body TEXT NOT NULL,
    visibility TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_messages PRIMARY KEY (id),
    CONSTRAINT ck_messages_visibility CHECK (visibility IN ('public', 'internal')),
    CONSTRAINT fk_messages_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
);

CREATE INDEX ix_messages_ticket ON messages (ticket_id, id);

CREATE TABLE understandings (
    id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    due_on DATE,
    author_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_understandings PRIMARY KEY (id),
    CONSTRAINT uq_understandings_ticket_id_version UNIQUE (ticket_id, version),
    CONSTRAINT fk_understandings_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
);

CREATE TABLE ratings (
    ticket_id UUID NOT NULL,
    score INTEGER NOT NULL,
    comment TEXT,
    by_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ratings PRIMARY KEY (ticket_id),
    CONSTRAINT ck_ratings_score CHECK (score BETWEEN 1 AND 5),
    CONSTRAINT fk_ratings_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
);

CREATE TABLE shares (
    ticket_id UUID NOT NULL,
    person_id UUID NOT NULL,
    id UUID NOT NULL,
    by_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_shares PRIMARY KEY (ticket_id, person_id),
    CONSTRAINT fk_shares_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id),
    CONSTRAINT uq_shares_id UNIQUE (id)
);

CREATE INDEX ix_shares_person ON shares (person_id, ticket_id);

CREATE TABLE relations (
    ticket_id UUID NOT NULL,
    other_id UUID NOT NULL,
    kind TEXT NOT NULL,
    id UUID NOT NULL,
    by_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_relations PRIMARY KEY (ticket_id, other_id, kind),
    CONSTRAINT ck_relations_kind CHECK (kind IN ('related', 'duplicate_of', 'created_from')),
    CONSTRAINT ck_relations_two_tickets CHECK (ticket_id <> other_id),
    CONSTRAINT fk_relations_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id),
    CONSTRAINT fk_relations_other_id FOREIGN KEY(other_id) REFERENCES tickets (id),
    CONSTRAINT uq_relations_id UNIQUE (id)
);

CREATE INDEX ix_relations_other ON relations (other_id);

CREATE TABLE time_entries (
    id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    person_id UUID NOT NULL,
    worked_on DATE NOT NULL,
    minutes INTEGER NOT NULL,
    note TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_time_entries PRIMARY KEY (id),
    CONSTRAINT ck_time_entries_minutes CHECK (minutes BETWEEN 1 AND 1440),
    CONSTRAINT fk_time_entries_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id)
);

CREATE INDEX ix_time_entries_ticket ON time_entries (ticket_id, id);
