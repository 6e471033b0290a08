"""The tables of the ticket service, and what keeps the ledger and the history whole."""

from alembic import op

from shared.migrations import execute_script, make_append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    execute_script(op, __file__)
    make_append_only(op, "turns", "stage_history", "audit_log")


def downgrade() -> None:
    """Remove everything."""
    for table in (
        "understandings",
        "turns",
        "time_entries",
        "texts",
        "stage_history",
        "stage_comments",
        "shares",
        "relations",
        "ratings",
        "operations",
        "messages",
        "holders",
        "types",
        "type_versions",
        "tickets",
        "templates",
        "settings",
        "queues",
        "published",
        "profiles",
        "people",
        "outbox",
        "inbox",
        "idempotency_keys",
        "files",
        "feeds",
        "dead_letters",
        "audit_log",
        "audit_details",
        "attempts",
        "applied",
    ):
        op.drop_table(table)
    op.execute("DROP SEQUENCE ticket_numbers")
    for function in (
        "turns_follow",
        "refuse_change",
        "vez_fold",
    ):
        op.execute(f"DROP FUNCTION {function}")
