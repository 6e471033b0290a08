"""Chat rooms, a channel of their own in the ledger, and the queue that a ticket was in last."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their table; the wider check is added unread and then validated, so that nobody waits for it."""
    id, instant = UUID(as_uuid=False), sa.DateTime(timezone=True)
    no = sa.text("false")
    op.create_table(
        "chat_rooms",
        sa.Column("id", id),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False, comment="an Apprise address with its secrets; empty once removed"),
        sa.Column("address", sa.Text, nullable=False, comment="the same without its secrets, as it is shown"),
        sa.Column("kinds", JSONB, nullable=False),
        sa.Column("queue", sa.Text, comment="only of requests that this queue has or had last; null: of all"),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("is_disabled", sa.Boolean, nullable=False, server_default=no),
        sa.Column("is_deleted", sa.Boolean, nullable=False, server_default=no),
        sa.Column("failure_count", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("closed_until", instant, comment="after failures it is left alone until then"),
        sa.Column("created_by", id, nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("sequence", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("head", sa.LargeBinary, nullable=False, server_default=sa.text("''::bytea")),
        sa.Column("audit_count", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_chat_rooms"),
    )
    op.add_column("tickets", sa.Column("last_queue", sa.Text, comment="the queue that has it or had it last"))
    _close_channels("'in_app', 'mail', 'webhook', 'chat'")


def downgrade() -> None:
    """Remove them, and what was told to them."""
    op.execute("DELETE FROM deliveries WHERE channel = 'chat'")
    _close_channels("'in_app', 'mail', 'webhook'")
    op.drop_column("tickets", "last_queue")
    op.drop_table("chat_rooms")


def _close_channels(among: str) -> None:
    op.execute("ALTER TABLE deliveries DROP CONSTRAINT ck_deliveries_channel")
    op.execute(f"ALTER TABLE deliveries ADD CONSTRAINT ck_deliveries_channel CHECK (channel IN ({among})) NOT VALID")
    op.execute("ALTER TABLE deliveries VALIDATE CONSTRAINT ck_deliveries_channel")
