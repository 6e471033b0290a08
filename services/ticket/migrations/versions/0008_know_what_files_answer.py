"""Which parameter a file answers: who does not see that one sees no file of it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ANSWERING = """
    UPDATE files f SET parameter = v.key FROM tickets t, jsonb_each(t.parameters) AS v
    WHERE t.id = f.ticket_id AND jsonb_typeof(v.value) = 'array' AND v.value ? f.id::text"""


def upgrade() -> None:
    """Say it of each file; of those that are there, where a value names them."""
    op.add_column("files", sa.Column("parameter", sa.Text))
    op.execute(ANSWERING)


def downgrade() -> None:
    """Say it no more."""
    op.drop_column("files", "parameter")
