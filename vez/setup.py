"""`vez setup`: all that must stand before processes start on real servers. It may run again at any time, and twice.

`vez up` does the same for the embedded stack by itself (`vez.embedded.setup`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
from kombu.exceptions import OperationalError

from shared import bus
from shared.config import Common, ConfigError, environment
from shared.errors import Retryable
from vez import estate, lazy, migrate, problems, topology
from vez.embedded import folder as folders
from vez.embedded import pgmq
from vez.embedded.folder import CLIENTS


@click.command("setup")
@click.option("--redeclare", is_flag=True, help="First delete what the broker has of ours that is declared otherwise.")
def command(redeclare: bool) -> None:
    """Prepare an installation: tables, the signing key, machine clients, the broker's mailboxes, the bucket.

    Told by the variables of all services. Whatever is there already stays as it is, so run it before each release. Only
    with --redeclare are RabbitMQ's exchanges and mailboxes made anew where they are not as this release declares them;
    stop every process before. What they held is asked for again.
    """
    environ = environment()
    urls = migrate.urls_of(estate.present(), environ)
    secrets = secrets_of(environ)
    identity = estate.load_options("identity", environ)
    make_key(Path(environ["VEZ_IDENTITY_KEY_FILE"]))
    migrated = migrate.migrate(urls)
    click.echo(f"Tables: migrated {', '.join(migrated)}" if migrated else "Tables: this release's already")
    lazy.load("services.identity.app").bootstrap(identity, secrets)
    click.echo(f"Machine clients: {', '.join(secrets)}")
    if redeclare and not bus.is_embedded(identity.broker_url):
        click.echo(f"Broker: deleted {', '.join(remove_others(identity)) or 'nothing'}")
    declare(identity)
    click.echo("Broker: exchange and mailboxes declared")
    if "attachments" in urls:
        make_bucket(environ)


def secrets_of(environ: Mapping[str, str]) -> dict[str, str]:
    """The secret of each service's machine client, by its id. Raises ConfigError for those that are not told."""
    names = {f"vez-{name}": f"VEZ_{name.upper()}_CLIENT_SECRET" for name in CLIENTS}
    missing = [f"{variable} is not set" for variable in names.values() if not environ.get(variable)]
    if missing:
        raise ConfigError(missing)
    return {client: environ[variable] for client, variable in names.items()}


def make_key(path: Path) -> None:
    """Make the key with which identity signs tokens, where the file is not there. Raises ClickException."""
    with folders.told(path.parent):
        if path.exists():
            click.echo(f"Signing key: {path}")
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        folders.write(path, folders.new_signing_key())
    click.echo(f"Signing key: made {path}")


def declare(options: Common) -> None:
    """Declare the broker's exchange and mailboxes. Raises ClickException."""
    if bus.is_embedded(options.broker_url):
        pgmq.install(options.broker_url.replace("pgmq:", "postgresql:", 1))
    publisher = bus.Bus(options.broker_url, "vez-setup")
    try:
        publisher.declare()
    except Retryable as error:
        raise _unusable(error.__cause__ or error) from error
    finally:
        publisher.close()


def remove_others(options: Common) -> list[str]:
    """Delete what RabbitMQ has declared otherwise than this release; the names. Raises ClickException."""
    with bus.new_app(options.broker_url, "vez-setup").connection_for_write() as connection:
        try:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=3)
            return topology.remove_others(connection)
        except (OperationalError, *connection.connection_errors, *connection.channel_errors) as error:
            raise _unusable(error) from error


def _unusable(error: BaseException) -> click.ClickException:
    """What a person is told of a broker that did not do as it was asked."""
    reason = problems.first_line(error)
    if differs := topology.DIFFERS.search(reason):
        reason = f"{differs['of']} is declared otherwise ({topology.difference(differs)})"
        return click.ClickException(f"The broker's {reason}: stop every process, then vez setup --redeclare")
    return click.ClickException(f"The broker cannot be used: {reason}. See VEZ_BROKER_URL")


def make_bucket(environ: Mapping[str, str]) -> None:
    """Make the bucket where it is not there. Raises ClickException."""
    buckets = lazy.load("vez.bucket")
    bucket = buckets.of(estate.load_options("attachments", environ))
    try:
        made = bucket.ensure()
    except buckets.UNREACHABLE as error:
        raise click.ClickException(f"The object store cannot be used: {problems.first_line(error)}") from error
    click.echo(f"Bucket: made {bucket.name}" if made else f"Bucket: {bucket.name} is there")
