"""What is done at each start before anything serves: databases, roles, the broker's tables, migrations, first rows.

It runs in a forked child of the supervisor, which opens no connection itself. Where nothing is to be done it takes a
few hundredths of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
import psycopg

from shared import clock
from shared.contracts.topology import SERVICES
from vez import estate, lazy, migrate
from vez.embedded import pgmq, postgres, wiring
from vez.embedded.folder import CLIENTS, Folder, Secrets

START_SECONDS = 60.0
SET_UP_SECONDS = 600.0
DONE = "set-up.done"
PRESENT = "SELECT datname FROM pg_database"


def wait_for_postgres(folder: Folder, pid: int) -> None:
    """Wait until the server accepts connections. Raises ClickException."""
    until = clock.monotonic() + START_SECONDS
    while not postgres.is_ready(folder.postgres, pid):
        if clock.monotonic() > until:
            raise click.ClickException(
                f"PostgreSQL is not ready after {START_SECONDS:.0f} s: see {folder.log('postgres')}"
            )
        clock.sleep(0.005)


def ensure_databases(sockets: Path, secrets: Secrets) -> None:
    """Make the databases that an older release did not have. Raises psycopg.Error."""
    url = postgres.address(sockets, "postgres", postgres.SUPERUSER, secrets.superuser)
    with psycopg.connect(url, autocommit=True) as connection:
        present = {row[0] for row in connection.execute(PRESENT)}
        for service in (*SERVICES, wiring.BROKER):
            if f"vez_{service}" not in present:
                for statement in wiring.statements(secrets, service):
                    connection.execute(statement.encode())


def set_up(folder: Folder, secrets: Secrets, sockets: Path, pid: int, environ: Mapping[str, str]) -> None:
    """Databases, broker and migrations. `environ` is the services'. Raises ClickException."""
    wait_for_postgres(folder, pid)
    ensure_databases(sockets, secrets)
    pgmq.install(wiring.database_url(sockets, secrets, wiring.BROKER))
    migrate.migrate(migrate.urls_of(estate.present(), environ))
    (sockets / DONE).touch()


def wait_until_done(sockets: Path) -> None:
    """Wait for `set_up`, which runs at the same time. Raises ClickException."""
    until = clock.monotonic() + SET_UP_SECONDS
    while not (sockets / DONE).exists():
        if clock.monotonic() > until:
            raise click.ClickException(f"the databases are not set up after {SET_UP_SECONDS:.0f} s")
        clock.sleep(0.01)


def make_clients(environ: Mapping[str, str]) -> None:
    """Make the machine clients of the services, and what else every house begins with, where they are missing."""
    clients = {f"vez-{name}": environ[f"VEZ_{name.upper()}_CLIENT_SECRET"] for name in CLIENTS}
    lazy.load("services.identity.app").bootstrap(estate.load_options("identity", environ), clients)
