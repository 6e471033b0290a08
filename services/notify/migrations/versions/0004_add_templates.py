"""Letters' words as administrators wrote them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "templates",
        sa.Column("kind", sa.Text),
        sa.Column("texts", JSONB, comment="title and body by language; null: the built-in words"),
        sa.Column("changed_by", UUID(as_uuid=False), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("sequence", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("head", sa.LargeBinary, nullable=False, server_default=sa.text("''::bytea")),
        sa.Column("audit_count", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("kind", name="pk_templates"),
    )
    op.create_table(
        "template_versions",
        sa.Column("kind", sa.Text),
        sa.Column("version", sa.Integer, autoincrement=False),
        sa.Column("texts", JSONB),
        sa.Column("changed_by", UUID(as_uuid=False), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version", name="pk_template_versions"),
        comment="what each letter said, and since when; never changed",
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("template_versions")
    op.drop_table("templates")
