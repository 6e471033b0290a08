"""The tables of the ticket service, and what keeps the ledger and the history whole."""

from alembic import op

from services.ticket.models import APPEND_ONLY, metadata
from shared.migrations import make_append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    metadata.create_all(op.get_bind(), checkfirst=False)
    make_append_only(op, *APPEND_ONLY)


def downgrade() -> None:
    """Remove everything."""
    metadata.drop_all(op.get_bind(), checkfirst=False)
    for function in ("turns_follow", "refuse_change", "vez_fold"):
        op.execute(f"DROP FUNCTION {function}")
