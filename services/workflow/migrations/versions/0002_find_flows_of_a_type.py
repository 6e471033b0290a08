"""The open tickets of a type, whichever version they are on, in their order."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_flows_of_type", "flows", ["type", "ticket_id"], postgresql_where=sa.text("state = 'running'"))


def downgrade() -> None:
    """Remove it."""
    op.drop_index("ix_flows_of_type", "flows")
