"""What the house withholds from a role, and what a person wants all the same."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the rules' table, and a place beside what a person switched off."""
    nothing = sa.text("'[]'::jsonb")
    op.create_table(
        "house_rules",
        sa.Column("code", sa.Text, comment="house: one row, changed as a whole"),
        sa.Column("withheld", JSONB, nullable=False, comment="kind:role:channel"),
        sa.Column("changed_by", UUID(as_uuid=False), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("sequence", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("head", sa.LargeBinary, nullable=False, server_default=sa.text("''::bytea")),
        sa.Column("audit_count", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("code", name="pk_house_rules"),
    )
    asked = sa.Column(
        "asked",
        JSONB,
        nullable=False,
        server_default=nothing,
        comment="kind:channel wanted even where the house withholds it",
    )
    op.add_column("preferences", asked)


def downgrade() -> None:
    """Remove them: everybody is told as it comes with Vez."""
    op.drop_column("preferences", "asked")
    op.drop_table("house_rules")
