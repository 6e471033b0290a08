"""Mail that comes in: each message once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make its table."""
    id, instant = UUID(as_uuid=False), sa.DateTime(timezone=True)
    op.create_table(
        "incoming",
        sa.Column("key", sa.Text, comment="made of the message's own id and its body: each comes in once"),
        sa.Column("id", id, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False, comment="the envelope's, empty for bounces"),
        sa.Column(
            "recipients", JSONB, nullable=False, comment="the envelope's, or those of the headers where none came"
        ),
        sa.Column("content", sa.LargeBinary, comment="the message itself, until it came to its end"),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("subject", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("person_id", id),
        sa.Column("ticket_id", id),
        sa.Column("message_id", id, comment="the message that it became in the ticket's discussion"),
        sa.Column("files_done", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("next_try_at", instant),
        sa.Column("leased_until", instant),
        sa.CheckConstraint("source IN ('smtp', 'imap')", name="ck_incoming_source"),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'ignored', 'refused', 'parked')", name="ck_incoming_state"),
        sa.PrimaryKeyConstraint("key", name="pk_incoming"),
        sa.UniqueConstraint("id", name="uq_incoming_id"),
    )
    op.create_index("ix_incoming_due", "incoming", ["next_try_at"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_index("ix_incoming_person", "incoming", ["person_id", "id"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("incoming")
