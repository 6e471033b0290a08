"""The tables of the attachments service."""

from alembic import op

from shared.migrations import execute_script, make_append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    execute_script(op, __file__)
    make_append_only(op, "audit_log")
    # The first look for orphans is an hour away: before, there can be none, and a sleeping store would be woken.
    op.execute("INSERT INTO rounds (name, next_at) VALUES ('orphans', now() + interval '1 hour')")


def downgrade() -> None:
    """Remove everything."""
    for table in (
        "types",
        "tickets",
        "rounds",
        "profiles",
        "people",
        "outbox",
        "inbox",
        "idempotency_keys",
        "feeds",
        "dead_letters",
        "contents",
        "audit_log",
        "audit_details",
        "attempts",
        "attachments",
        "applied",
    ):
        op.drop_table(table)
    for function in ("refuse_change",):
        op.execute(f"DROP FUNCTION {function}")
