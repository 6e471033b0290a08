"""What every service's Alembic environment does, and what protects append-only tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import context
from sqlalchemy import MetaData

LOCK_TIMEOUT_MS = 5000


def run(metadata: MetaData) -> None:
    """Run migrations on the connection that the caller put into the configuration's attributes.

    The whole of a service's `migrations/env.py` is a call of this with its metadata.
    """
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()


def execute_script(op: Any, migration: str) -> None:
    """Run the `.sql` file that stands beside the `migration` file (its `__file__`), in the migration's transaction.

    A first migration keeps its tables as the SQL of that day: built from the models it would change with them, and a
    later migration would find its own work done.
    """
    op.get_bind().connection.driver_connection.execute(Path(migration).with_suffix(".sql").read_text())


def make_append_only(op: Any, *tables: str) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on `tables`, for the owner too (domain page, *History*)."""
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END $$"""
    )
    for table in tables:
        op.execute(
            f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f'CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
