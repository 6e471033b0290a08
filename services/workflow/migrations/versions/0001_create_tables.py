"""The tables of the workflow service."""

from alembic import op

from shared.migrations import execute_script, make_append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    execute_script(op, __file__)
    make_append_only(op, "turns", "votes", "type_versions", "audit_log")


def downgrade() -> None:
    """Remove everything."""
    for table in (
        "votes",
        "types",
        "type_versions",
        "turns",
        "settings",
        "queues",
        "queue_members",
        "publications",
        "profiles",
        "people",
        "outbox",
        "inbox",
        "idempotency_keys",
        "groups",
        "flows",
        "feeds",
        "dead_letters",
        "clocks",
        "client_kinds",
        "checks",
        "catalogs",
        "calendars",
        "audit_log",
        "audit_details",
        "attempts",
        "applied",
    ):
        op.drop_table(table)
    for function in ("refuse_change",):
        op.execute(f"DROP FUNCTION {function}")
