"""Searching reads the discussion, parameters and names of files too."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR, UUID

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FILE_NAME = "translate(name, '._-+,;()[]{}', '            ')"
COMPUTED = "to_tsvector('portuguese'::regconfig, vez_fold({}))"
WORDS_IN = """
    CREATE OR REPLACE FUNCTION words_in(given jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT to_tsvector('portuguese'::regconfig, vez_fold(coalesce(string_agg(value #>> '{}', ' '), '')))
        FROM jsonb_path_query(given, 'strict $.**') AS value WHERE jsonb_typeof(value) IN ('string', 'number')
    $$"""
SEEN_VALUES = r"""
    CREATE OR REPLACE FUNCTION seen_values(given jsonb, version jsonb, stage text, last_stage text, side text)
    RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        WITH RECURSIVE parameters AS (
            SELECT p ->> 'code' AS code, p ->> 'kind' AS kind, p ->> 'when' AS condition,
                p ->> 'when' ~ '\m(ticket|client|turn)\M'
                OR regexp_replace(p ->> 'when', '\mparameters\.\w+(?!\w*\s*\()', '', 'g') ~ '\mparameters\M'
                AS reads_more
            FROM jsonb_path_query(version, '$.parameters[*]') AS p),
        moving AS (
            SELECT code, coalesce(reads_more, false) AS hides FROM parameters WHERE reads_more OR kind = 'file'
            UNION SELECT p.code, true FROM parameters AS p JOIN moving AS m ON p.condition ~ ('\m' || m.code || '\M')),
        stages AS (SELECT each FROM jsonb_path_query(version, '$.flow.stages[*]') AS each),
        judging AS (SELECT coalesce(
            (SELECT each FROM stages WHERE each ->> 'code' = stage
                AND NOT (each ->> 'kind' = 'terminal' AND each -> 'cells' = '{}')),
            (SELECT each FROM stages WHERE each ->> 'code' = last_stage),
            (SELECT each FROM stages WHERE each ->> 'code' = version -> 'flow' ->> 'first')
        ) -> 'cells' -> side AS cells)
        SELECT coalesce(jsonb_object_agg(v.key, v.value), '{}') FROM jsonb_each(given) AS v, judging
        WHERE coalesce(cells ->> v.key, CASE side WHEN 'client' THEN 'invisible' ELSE 'optional' END) <> 'invisible'
          AND NOT EXISTS (SELECT FROM moving WHERE hides AND code = v.key)
    $$"""
WORDS_SHOWN = """
    CREATE OR REPLACE FUNCTION words_shown(given jsonb, version jsonb) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT words_in(given) || words_in(coalesce((
            SELECT jsonb_agg(o -> 'labels') FROM jsonb_path_query(version, '$.parameters[*]') AS p,
                jsonb_path_query(p, '$.options[*]') AS o
            WHERE given -> (p ->> 'code') @> (o -> 'code')), '[]'))
    $$"""
KEEP_WORDS = """
    CREATE OR REPLACE FUNCTION keep_value_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO value_words (ticket_id, words) VALUES (NEW.id, words_shown(NEW.parameters,
            (SELECT definition FROM type_versions v WHERE (v.type, v.version) = (NEW.type, NEW.flow_version))))
        ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words;
        RETURN NULL;
    END $$"""
VALUES_GIVEN = """
    CREATE TRIGGER values_given AFTER INSERT ON tickets FOR EACH ROW WHEN (NEW.parameters <> '{}')
    EXECUTE FUNCTION keep_value_words()"""
VALUES_CHANGED = """
    CREATE TRIGGER values_changed AFTER UPDATE ON tickets FOR EACH ROW
    WHEN (NEW.parameters <> OLD.parameters OR NEW.flow_version <> OLD.flow_version)
    EXECUTE FUNCTION keep_value_words()"""
THERE = """
    INSERT INTO value_words SELECT t.id, words_shown(t.parameters, v.definition)
    FROM tickets t LEFT JOIN type_versions v ON (v.type, v.version) = (t.type, t.flow_version)
    WHERE t.parameters <> '{}'"""


def upgrade() -> None:
    """Make what is new and take in what is there."""
    for table, text in (("messages", "body"), ("files", FILE_NAME)):
        op.add_column(table, sa.Column("words", TSVECTOR, sa.Computed(COMPUTED.format(text), persisted=True)))
        op.create_index(f"ix_{table}_words", table, ["words"], postgresql_using="gin")
    op.create_table(
        "value_words",
        sa.Column("ticket_id", UUID(as_uuid=False), nullable=False),
        sa.Column("words", TSVECTOR, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_value_words"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_value_words_ticket_id"),
    )
    for statement in (WORDS_IN, WORDS_SHOWN, SEEN_VALUES, KEEP_WORDS, VALUES_GIVEN, VALUES_CHANGED, THERE):
        op.execute(statement)
    op.create_index("ix_value_words_words", "value_words", ["words"], postgresql_using="gin")


def downgrade() -> None:
    """Remove it."""
    for trigger in ("values_given", "values_changed"):
        op.execute(f"DROP TRIGGER {trigger} ON tickets")
    op.drop_table("value_words")
    op.execute("DROP FUNCTION keep_value_words, seen_values, words_shown, words_in")
    for table in ("files", "messages"):
        op.drop_index(f"ix_{table}_words", table)
        op.drop_column(table, "words")
