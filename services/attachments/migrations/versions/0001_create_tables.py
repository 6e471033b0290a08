"""The tables of the attachments service."""

from alembic import op

from services.attachments.models import metadata
from shared.migrations import make_append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    metadata.create_all(op.get_bind(), checkfirst=False)
    make_append_only(op, "audit_log")


def downgrade() -> None:
    """Remove everything."""
    metadata.drop_all(op.get_bind(), checkfirst=False)
    op.execute("DROP FUNCTION IF EXISTS refuse_change()")
