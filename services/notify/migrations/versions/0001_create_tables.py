"""The tables of the notify service."""

from alembic import op

from services.notify.models import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    metadata.create_all(op.get_bind(), checkfirst=False)


def downgrade() -> None:
    """Remove everything."""
    metadata.drop_all(op.get_bind(), checkfirst=False)
