"""Erasures with their receipts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is new."""
    op.create_table(
        "erasures",
        sa.Column("person_id", UUID(as_uuid=False), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("place", sa.Text),
        sa.Column("counts", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_due", "erasures", ["requested_at"], postgresql_where=sa.text("done_at IS NULL"))


def downgrade() -> None:
    """Remove it."""
    op.drop_table("erasures")
