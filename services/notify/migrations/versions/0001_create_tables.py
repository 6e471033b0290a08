"""The tables of the notify service."""

from alembic import op

from shared.migrations import execute_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    execute_script(op, __file__)


def downgrade() -> None:
    """Remove everything."""
    for table in (
        "webhooks",
        "types",
        "tickets",
        "stream_tickets",
        "stream_events",
        "settings",
        "queues",
        "profiles",
        "presences",
        "preferences",
        "people",
        "outbox",
        "notices",
        "inbox",
        "idempotency_keys",
        "feeds",
        "deliveries",
        "dead_letters",
        "audit_log",
        "audit_details",
        "attempts",
        "applied",
        "addresses",
    ):
        op.drop_table(table)
