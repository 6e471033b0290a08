"""What a submitted ticket said before each change of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what was changed before this day cannot be told."""
    op.create_table(
        "revisions",
        sa.Column("ticket_id", UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "version", name="pk_revisions"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_revisions_ticket_id"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("revisions")
