"""Nobody updates or deletes what the audit log holds, as in the other services."""

from alembic import op

from shared.migrations import make_append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Guard it."""
    make_append_only(op, "audit_log")


def downgrade() -> None:
    """Guard it no longer."""
    op.execute("DROP TRIGGER append_only ON audit_log")
    op.execute("DROP TRIGGER append_only_whole ON audit_log")
    op.execute("DROP FUNCTION refuse_change")
