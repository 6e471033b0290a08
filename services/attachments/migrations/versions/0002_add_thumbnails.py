"""Whether a content has a small picture of itself in the store."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say so for each content."""
    op.add_column("contents", sa.Column("has_thumbnail", sa.Boolean, nullable=False, server_default=sa.text("false")))


def downgrade() -> None:
    """Say so no more."""
    op.drop_column("contents", "has_thumbnail")
