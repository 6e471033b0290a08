"""An index of when flows began, began again and ended: what reports of a period read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_turns_bounds",
        "turns",
        ["since", "ticket_id"],
        postgresql_where=sa.text("ordinal = 1 OR cause = 'reopened' OR cause = 'finished'"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_index("ix_turns_bounds", "turns")
