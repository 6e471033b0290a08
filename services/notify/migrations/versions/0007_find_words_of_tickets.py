"""Where a ticket's words are found again, and who held it last among the attendants."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; of tickets that there are already, who holds one now on the attendants' side is known."""
    attendant = "who holds it among the attendants, or held it last"
    op.add_column("tickets", sa.Column("last_attendant_id", UUID(as_uuid=False), comment=attendant))
    op.execute("UPDATE tickets SET last_attendant_id = holder_id WHERE side IN ('attendant', 'third_party')")
    there_is_one = sa.text("facts ? 'ticket_id'")
    named = sa.text("(facts ->> 'ticket_id')")
    op.create_index("ix_notices_mails", "notices", [named], postgresql_where=there_is_one)
    of_one = sa.text("ticket_id IS NOT NULL")
    op.create_index("ix_incoming_ticket", "incoming", ["ticket_id"], postgresql_where=of_one)


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_incoming_ticket", "incoming")
    op.drop_index("ix_notices_mails", "notices")
    op.drop_column("tickets", "last_attendant_id")
