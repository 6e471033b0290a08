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
            INSERT INTO tallies VALUES (gen_random_uuid(), OLD.type, OLD.shelf,
                takeable_from(OLD.shelf, OLD.stage_kind, OLD.holder_queue), OLD.held_queues, -1);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO tallies VALUES (gen_random_uuid(), NEW.type, NEW.shelf,
                takeable_from(NEW.shelf, NEW.stage_kind, NEW.holder_queue), NEW.held_queues, 1);
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
    SELECT gen_random_uuid(), type, shelf, takeable_from(shelf, stage_kind, holder_queue), held_queues, count(*)
    FROM tickets GROUP BY 2, 3, 4, 5"""


def upgrade() -> None:
    """Make them and count what is there, while nobody writes."""
    op.execute(NOBODY_WRITES)
    op.add_column(
        "tickets", sa.Column("held_queues", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'::text[]"))
    )
    op.create_table(
        "tallies",
        sa.Column("id", UUID(as_uuid=False), nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("shelf", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("held_queues", ARRAY(sa.Text), nullable=False),
        sa.Column("change", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tallies"),
    )
    for statement in (HELD, TAKEABLE, COUNTED, TALLY, TALLIED, TALLIED_ANEW, QUEUE_HELD, HELD_BY_QUEUE):
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    for trigger, table in (("held_by_queue", "holders"), ("tallied", "tickets"), ("tallied_anew", "tickets")):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute("DROP FUNCTION queue_held, tally, takeable_from")
    op.drop_table("tallies")
    op.drop_column("tickets", "held_queues")
