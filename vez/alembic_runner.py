"""Alembic, driven without its command line. Apart from `vez.migrate`, which looks without importing it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from vez import problems

TIMEOUTS = "-c lock_timeout=5000 -c statement_timeout=600000 -c timezone=UTC"


@contextmanager
def _configured(migrations: Path, url: str) -> Iterator[Config]:
    address = url.replace("postgresql:", "postgresql+psycopg:", 1)
    engine = create_engine(address, poolclass=NullPool, connect_args={"options": TIMEOUTS})
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            yield config
            connection.commit()
    except (CommandError, DBAPIError) as error:
        raise click.ClickException(f"{migrations.parent.name} is not migrated: {problems.first_line(error)}") from error


def upgrade(migrations: Path, url: str, revision: str = "head") -> None:
    """Run the migrations in a folder up to `revision`, in one transaction. Raises ClickException."""
    with _configured(migrations, url) as config:
        command.upgrade(config, revision)


def downgrade(migrations: Path, url: str, revision: str) -> None:
    """Undo migrations down to `revision`, in one transaction. Raises ClickException."""
    with _configured(migrations, url) as config:
        command.downgrade(config, revision)
