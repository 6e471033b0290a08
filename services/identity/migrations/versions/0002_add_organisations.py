"""Organisations, and to which one a person belongs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "organisations",
        sa.Column("id", UUID(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("sequence", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("head", sa.LargeBinary, nullable=False, server_default=sa.text("''::bytea")),
        sa.Column("audit_count", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
    )
    op.add_column("people", sa.Column("organisation_id", UUID(as_uuid=False)))
    op.create_foreign_key("fk_people_organisation_id", "people", "organisations", ["organisation_id"], ["id"])
    op.create_index(
        "ix_people_organisation",
        "people",
        ["organisation_id", "id"],
        postgresql_where=sa.text("organisation_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_column("people", "organisation_id")
    op.drop_table("organisations")
