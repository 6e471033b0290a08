"""How many tickets there are of each kind, kept as changes that add up: exact at any moment, for every reader.

Triggers write a change of a ticket as rows of their own and rewrite none, so commands at the same time never wait for
one another. `commands.tallying` puts together what can be.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, Column, Index, event

from services.ticket.models.metadata import Codes, metadata
from shared.database import Id, Integer, Table, Text

tallies = Table(
    "tallies",
    metadata,
    Column("id", Id(), primary_key=True),
    Column("holder", Text, nullable=False, doc="a person's id: of what they hold or have held; empty: of all tickets"),
    Column("type", Text, nullable=False),
    Column("shelf", Text, nullable=False),
    Column("queue", Text, nullable=False, doc="the queue that its members may take it from; empty: none"),
    Column("held_queues", Codes, nullable=False, doc="the queues that hold it or have held it"),
    Column("change", Integer, nullable=False, doc="so many more, or fewer"),
    Index("ix_tallies_holder", "holder", "shelf"),
)
"""A ticket is of one kind at a time, so any kinds together are counted without counting a ticket twice.

A person's are those of their rows of `holders`, which carry the kind.
"""

TAKEABLE: Final = DDL(
    """
    CREATE OR REPLACE FUNCTION takeable_from(shelf text, stage_kind text, queue text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN shelf IN ('attendant', 'third_party') AND stage_kind <> 'approval'
                    THEN coalesce(queue, '') ELSE '' END
    $$"""
)
TALLY: Final = DDL(
    """
    CREATE OR REPLACE FUNCTION tally() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            INSERT INTO tallies VALUES (gen_random_uuid(), '', OLD.type, OLD.shelf,
                takeable_from(OLD.shelf, OLD.stage_kind, OLD.holder_queue), OLD.held_queues, -1);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO tallies VALUES (gen_random_uuid(), '', NEW.type, NEW.shelf,
                takeable_from(NEW.shelf, NEW.stage_kind, NEW.holder_queue), NEW.held_queues, 1);
        END IF;
        IF TG_OP = 'UPDATE' THEN
            UPDATE holders SET shelf = NEW.shelf, type = NEW.type, held_queues = NEW.held_queues
            WHERE ticket_id = NEW.id
              AND (shelf, type, held_queues) IS DISTINCT FROM (NEW.shelf, NEW.type, NEW.held_queues);
        END IF;
        RETURN NULL;
    END $$"""
)
TALLIED: Final = DDL(
    "CREATE TRIGGER tallied AFTER INSERT OR DELETE ON tickets FOR EACH ROW EXECUTE FUNCTION tally()",
)
TALLIED_ANEW: Final = DDL(
    """
    CREATE TRIGGER tallied_anew AFTER UPDATE ON tickets FOR EACH ROW
    WHEN ((OLD.type, OLD.shelf, takeable_from(OLD.shelf, OLD.stage_kind, OLD.holder_queue), OLD.held_queues)
        IS DISTINCT FROM
        (NEW.type, NEW.shelf, takeable_from(NEW.shelf, NEW.stage_kind, NEW.holder_queue), NEW.held_queues))
    EXECUTE FUNCTION tally()"""
)
QUEUE_HELD: Final = DDL(
    """
    CREATE OR REPLACE FUNCTION queue_held() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        code text := substr(NEW.holder, length('queue:') + 1);
    BEGIN
        UPDATE tickets SET held_queues = ARRAY(SELECT unnest(held_queues || code) ORDER BY 1)
        WHERE id = NEW.ticket_id AND NOT code = ANY (held_queues);
        RETURN NULL;
    END $$"""
)
HELD_BY_QUEUE: Final = DDL(
    """
    CREATE TRIGGER held_by_queue AFTER INSERT ON holders FOR EACH ROW WHEN (NEW.holder LIKE 'queue:%%')
    EXECUTE FUNCTION queue_held()"""
)
SHELVE: Final = DDL(
    """
    CREATE OR REPLACE FUNCTION shelve() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT t.shelf, t.type, t.held_queues INTO NEW.shelf, NEW.type, NEW.held_queues
        FROM tickets t WHERE t.id = NEW.ticket_id;
        RETURN NEW;
    END $$"""
)
SHELVED: Final = DDL("CREATE TRIGGER shelved BEFORE INSERT ON holders FOR EACH ROW EXECUTE FUNCTION shelve()")
TALLY_PERSON: Final = DDL(
    """
    CREATE OR REPLACE FUNCTION tally_person() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            INSERT INTO tallies VALUES (gen_random_uuid(), OLD.holder, OLD.type, OLD.shelf, '', OLD.held_queues, -1);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO tallies VALUES (gen_random_uuid(), NEW.holder, NEW.type, NEW.shelf, '', NEW.held_queues, 1);
        END IF;
        RETURN NULL;
    END $$"""
)
PERSON_HOLDS: Final = DDL(
    """
    CREATE TRIGGER person_holds AFTER INSERT ON holders FOR EACH ROW WHEN (NEW.holder NOT LIKE 'queue:%%')
    EXECUTE FUNCTION tally_person()"""
)
PERSON_HELD: Final = DDL(
    """
    CREATE TRIGGER person_held AFTER UPDATE OR DELETE ON holders FOR EACH ROW
    WHEN (OLD.holder NOT LIKE 'queue:%%') EXECUTE FUNCTION tally_person()"""
)
for each in (
    TALLY_PERSON,
    PERSON_HOLDS,
    PERSON_HELD,
    SHELVE,
    SHELVED,
    TAKEABLE,
    TALLY,
    TALLIED,
    TALLIED_ANEW,
    QUEUE_HELD,
    HELD_BY_QUEUE,
):
    event.listen(metadata, "after_create", each)
