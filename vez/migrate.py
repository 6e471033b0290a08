"""`vez migrate`: bring the tables of every service to this release's, one after another under an advisory lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import click
import psycopg

from shared.config import ConfigError, database_of, environment
from shared.contracts.topology import SERVICES
from vez import lazy, problems

LOCK = 0x76657A  # "vez"
TABLE = "SELECT to_regclass('alembic_version') IS NOT NULL"
PRESENT = "SELECT version_num FROM alembic_version"


def migrations(service: str) -> Path:
    """Where a service's migrations are."""
    return lazy.folder_of(f"services.{service}") / "migrations"


def head(service: str) -> str:
    """The newest migration of a service: file names begin with their numbers."""
    files = (migrations(service) / "versions").glob("[0-9]*_*.py")
    return max((file.name.partition("_")[0] for file in files), default="")


def present(url: str) -> str:
    """The newest migration that the database at `url` has; empty when it has none. Raises ClickException."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            table = connection.execute(TABLE).fetchone()
            row = connection.execute(PRESENT).fetchone() if table and table[0] else None
    except psycopg.OperationalError as error:
        raise click.ClickException(f"A database cannot be reached: {problems.first_line(error)}") from error
    return str(row[0]) if row else ""


def behind(urls: Mapping[str, str]) -> list[str]:
    """The services whose tables are not this release's. Looks without Alembic, which is slow to import."""
    return [service for service, url in urls.items() if present(url) != head(service)]


def migrate(urls: Mapping[str, str]) -> list[str]:
    """Bring every service's tables to this release's; which were behind. Raises ClickException."""
    found = behind(urls)
    for service in found:
        upgrade(service, urls[service])
    return found


def upgrade(service: str, url: str) -> None:
    """Run a service's migrations; somebody else's, running at the same time, are waited for. Raises ClickException."""
    runner = lazy.load("vez.alembic_runner")
    with psycopg.connect(url, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        runner.upgrade(migrations(service), url)


def urls_of(services: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Where the services' databases are. Raises ConfigError for those that are not told."""
    server = environ.get("VEZ_DATABASE_URL")
    found = {s: environ.get(f"VEZ_{s.upper()}_DATABASE_URL") or (server and database_of(server, s)) for s in services}
    missing = [f"VEZ_{s.upper()}_DATABASE_URL (or VEZ_DATABASE_URL) is not set" for s, url in found.items() if not url]
    if missing:
        raise ConfigError(missing)
    return {service: url for service, url in found.items() if url}


@click.command("migrate")
@click.argument("services", nargs=-1, type=click.Choice(SERVICES))
@click.option("--check", is_flag=True, help="Change nothing; fail where tables are behind.")
def command(services: tuple[str, ...], check: bool) -> None:
    """Bring the tables of every service, or of those named, to this release's."""
    urls = urls_of(services or SERVICES, environment())
    if check:
        found = behind(urls)
        if found:
            raise click.ClickException(f"Not migrated yet: {', '.join(found)}. Run vez migrate")
    else:
        found = migrate(urls)
    click.echo(f"Migrated: {', '.join(found)}" if found else "Every table is this release's already")
