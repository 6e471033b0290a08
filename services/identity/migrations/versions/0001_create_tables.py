"""The tables of the identity service."""

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


def downgrade() -> None:
    """Remove everything."""
    for table in (
        "sessions",
        "passwords",
        "links",
        "identifiers",
        "clients",
        "people",
        "profiles",
        "outbox",
        "inbox",
        "idempotency_keys",
        "feeds",
        "failures",
        "dead_letters",
        "client_kinds",
        "audit_log",
        "audit_details",
        "attempts",
        "applied",
    ):
        op.drop_table(table)
    for function in ("refuse_change",):
        op.execute(f"DROP FUNCTION {function}")
