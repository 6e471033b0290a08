"""What searching reads besides the texts: folded words, the words of parameters, and which of those a side sees.

The functions are ours, since the embedded server has no unaccent.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import DDL, Column, Computed, ForeignKey, Index, event, func
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.sql.elements import ColumnElement

from services.ticket.models.metadata import metadata
from shared.database import Id, Table, Text

FOLD: Final = DDL(
    """
    CREATE OR REPLACE FUNCTION vez_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
        SELECT translate(lower(value), 'áàâãäåéèêëíìîïóòôõöúùûüçñýÿ', 'aaaaaaeeeeiiiiooooouuuucnyy')
    $$"""
)
WORDS_IN: Final = DDL(
    """
    CREATE OR REPLACE FUNCTION words_in(given jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT to_tsvector('portuguese'::regconfig, vez_fold(coalesce(string_agg(value #>> '{}', ' '), '')))
        FROM jsonb_path_query(given, 'strict $.**') AS value WHERE jsonb_typeof(value) IN ('string', 'number')
    $$"""
)
SEEN_VALUES: Final = DDL(
    r"""
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
)
WORDS_SHOWN: Final = DDL(
    """
    CREATE OR REPLACE FUNCTION words_shown(given jsonb, version jsonb) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT words_in(given) || words_in(coalesce((
            SELECT jsonb_agg(o -> 'labels') FROM jsonb_path_query(version, '$.parameters[*]') AS p,
                jsonb_path_query(p, '$.options[*]') AS o
            WHERE given -> (p ->> 'code') @> (o -> 'code')), '[]'))
    $$"""
)
KEEP_WORDS: Final = DDL(
    """
    CREATE OR REPLACE FUNCTION keep_value_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO value_words (ticket_id, words) VALUES (NEW.id, words_shown(NEW.parameters,
            (SELECT definition FROM type_versions v WHERE (v.type, v.version) = (NEW.type, NEW.flow_version))))
        ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words;
        RETURN NULL;
    END $$"""
)
VALUES_GIVEN: Final = DDL(
    """
    CREATE TRIGGER values_given AFTER INSERT ON tickets FOR EACH ROW WHEN (NEW.parameters <> '{}')
    EXECUTE FUNCTION keep_value_words()"""
)
VALUES_CHANGED: Final = DDL(
    """
    CREATE TRIGGER values_changed AFTER UPDATE ON tickets FOR EACH ROW
    WHEN (NEW.parameters <> OLD.parameters OR NEW.flow_version <> OLD.flow_version)
    EXECUTE FUNCTION keep_value_words()"""
)
event.listen(metadata, "before_create", FOLD)
event.listen(metadata, "before_create", WORDS_IN)
event.listen(metadata, "before_create", WORDS_SHOWN)
for each in (SEEN_VALUES, KEEP_WORDS, VALUES_GIVEN, VALUES_CHANGED):
    event.listen(metadata, "after_create", each)


def folded(column: ColumnElement[str] | Column[str]) -> ColumnElement[str]:
    """`column` in lower case without accents."""
    return func.vez_fold(column, type_=Text())


def words_of(text: str) -> Column[Any]:
    """The column `words` of a table, computed of its columns in the SQL expression `text`."""
    return Column(
        "words", TSVECTOR, Computed(f"to_tsvector('portuguese'::regconfig, vez_fold({text}))", persisted=True)
    )


value_words = Table(
    "value_words",
    metadata,
    Column("ticket_id", Id(), ForeignKey("tickets.id"), primary_key=True),
    Column("words", TSVECTOR, nullable=False),
    Index("ix_value_words_words", "words", postgresql_using="gin"),
)
"""The words of all of a ticket's values, and of what chosen options are called in every language, by a trigger.

Which of them a side sees depends on the stage: `seen_values`. That function says in SQL what
`shared.catalog.access.effective` says in Python, or less: a parameter is not found whose `when` reads something that
changes without an edit of the values, which are the ticket, its client and turn, files (they are removed), and whatever
depends on such a parameter.
"""
