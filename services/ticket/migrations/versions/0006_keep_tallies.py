"""How many tickets there are of each kind, kept by triggers, beginning with those that are there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NOBODY_WRITES = "LOCK TABLE tickets, holders IN SHARE ROW EXCLUSIVE MODE"
HELD = """
    UPDATE tickets t SET held_queues = h.queues FROM (
        SELECT ticket_id, array_agg(substr(holder, 7) ORDER BY substr(holder, 7)) AS queues FROM holders
        WHERE holder LIKE 'queue:%' GROUP BY ticket_id
    ) h WHERE h.ticket_id = t.id"""
ON_SHELVES = """
    UPDATE holders h SET shelf = t.shelf, type = t.type, held_queues = t.held_queues
    FROM tickets t WHERE t.id = h.ticket_id"""
TALLY_PERSON = """
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
PERSON_HOLDS = """
    CREATE TRIGGER person_holds AFTER INSERT ON holders FOR EACH ROW WHEN (NEW.holder NOT LIKE 'queue:%')
    EXECUTE FUNCTION tally_person()"""
PERSON_HELD = """
    CREATE TRIGGER person_held AFTER UPDATE OR DELETE ON holders FOR EACH ROW
    WHEN (OLD.holder NOT LIKE 'queue:%') EXECUTE FUNCTION tally_person()"""
COUNTED_BY_PERSON = """
    INSERT INTO tallies SELECT gen_random_uuid(), holder, type, shelf, '', held_queues, count(*)
    FROM holders WHERE holder NOT LIKE 'queue:%' GROUP BY holder, type, shelf, held_queues"""
SHELVE = """
    CREATE OR REPLACE FUNCTION shelve() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT t.shelf, t.type, t.held_queues INTO NEW.shelf, NEW.type, NEW.held_queues
        FROM tickets t WHERE t.id = NEW.ticket_id;
        RETURN NEW;
    END $$"""
SHELVED = "CREATE TRIGGER shelved BEFORE INSERT ON holders FOR EACH ROW EXECUTE FUNCTION shelve()"
TAKEABLE = """
    CREATE OR REPLACE FUNCTION takeable_from(shelf text, stage_kind text, queue text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN shelf IN ('attendant', 'third_party') AND stage_kind <> 'approval'
                    THEN coalesce(queue, '') ELSE '' END
    $$"""
TALLY = """
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
TALLIED = "CREATE TRIGGER tallied AFTER INSERT OR DELETE ON tickets FOR EACH ROW EXECUTE FUNCTION tally()"
TALLIED_ANEW = """
    CREATE TRIGGER tallied_anew AFTER UPDATE ON tickets FOR EACH ROW
    WHEN ((OLD.type, OLD.shelf, takeable_from(OLD.shelf, OLD.stage_kind, OLD.holder_queue), OLD.held_queues)
        IS DISTINCT FROM
        (NEW.type, NEW.shelf, takeable_from(NEW.shelf, NEW.stage_kind, NEW.holder_queue), NEW.held_queues))
    EXECUTE FUNCTION tally()"""
QUEUE_HELD = """
    CREATE OR REPLACE FUNCTION queue_held() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        code text := substr(NEW.holder, length('queue:') + 1);
    BEGIN
        UPDATE tickets SET held_queues = ARRAY(SELECT unnest(held_queues || code) ORDER BY 1)
        WHERE id = NEW.ticket_id AND NOT code = ANY (held_queues);
        RETURN NULL;
    END $$"""
HELD_BY_QUEUE = """
    CREATE TRIGGER held_by_queue AFTER INSERT ON holders FOR EACH ROW WHEN (NEW.holder LIKE 'queue:%')
    EXECUTE FUNCTION queue_held()"""
COUNTED = """
    INSERT INTO tallies
    SELECT gen_random_uuid(), '', type, shelf, takeable_from(shelf, stage_kind, holder_queue), held_queues, count(*)
    FROM tickets GROUP BY 3, 4, 5, 6"""


def upgrade() -> None:
    """Make them and count what is there, while nobody writes."""
    op.execute(NOBODY_WRITES)
    op.add_column(
        "tickets", sa.Column("held_queues", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'::text[]"))
    )
    op.create_table(
        "tallies",
        sa.Column("id", UUID(as_uuid=False), nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("shelf", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("held_queues", ARRAY(sa.Text), nullable=False),
        sa.Column("change", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tallies"),
    )
    op.create_index("ix_tallies_holder", "tallies", ["holder", "shelf"])
    op.drop_index("ix_holders_holder", "holders")
    op.add_column("holders", sa.Column("shelf", sa.Text, nullable=False, server_default=sa.text("''")))
    op.add_column("holders", sa.Column("type", sa.Text, nullable=False, server_default=sa.text("''")))
    op.add_column(
        "holders", sa.Column("held_queues", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'::text[]"))
    )
    for statement in (HELD, ON_SHELVES, TAKEABLE, COUNTED, COUNTED_BY_PERSON):
        op.execute(statement)
    op.create_index("ix_holders_shelf", "holders", ["holder", "shelf", "ticket_id"])
    of_tickets = (TALLY, TALLIED, TALLIED_ANEW, QUEUE_HELD, HELD_BY_QUEUE)
    for statement in (*of_tickets, SHELVE, SHELVED, TALLY_PERSON, PERSON_HOLDS, PERSON_HELD):
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    of_holders, of_tickets = ("held_by_queue", "shelved", "person_holds", "person_held"), ("tallied", "tallied_anew")
    for table, triggers in (("holders", of_holders), ("tickets", of_tickets)):
        for trigger in triggers:
            op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute("DROP FUNCTION queue_held, tally, tally_person, takeable_from, shelve")
    op.drop_index("ix_holders_shelf", "holders")
    for column in ("shelf", "type", "held_queues"):
        op.drop_column("holders", column)
    op.create_index("ix_holders_holder", "holders", ["holder", "ticket_id"])
    op.drop_table("tallies")
    op.drop_column("tickets", "held_queues")
