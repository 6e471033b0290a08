"""Filters that people save, and answers written beforehand."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "saved_filters",
        sa.Column("id", UUID(as_uuid=False), nullable=False),
        sa.Column("owner_id", UUID(as_uuid=False), nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filters"),
        sa.CheckConstraint("side IN ('client', 'attendant')", name="ck_saved_filters_side"),
        sa.UniqueConstraint("owner_id", "side", "name", name="uq_saved_filters_owner_id_side_name"),
    )
    op.create_table(
        "canned_answers",
        sa.Column("id", UUID(as_uuid=False), nullable=False),
        sa.Column("owner_id", UUID(as_uuid=False)),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("sequence", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("head", sa.LargeBinary, nullable=False, server_default=sa.text("''::bytea")),
        sa.Column("audit_count", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_canned_answers"),
    )
    op.create_index(
        "ix_canned_answers_owner",
        "canned_answers",
        ["owner_id", "name"],
        postgresql_where=sa.text("removed_at IS NULL"),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("canned_answers")
    op.drop_table("saved_filters")
