"""`vez inbox list|retry|discard`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from shared.config import environment
from shared.contracts.topology import SERVICES
from shared.errors import VezError
from vez import places
from vez.http import Origin
from vez.inbox.parked import Inbox, Served, Stored, find
from vez.replay.api import Api, GivenUp, Refused, Session

PATIENCE_SECONDS = 2.0
DEMO_ADMIN = "admin@vez.test"
DEMO_PASSWORD = "vez-demo"  # noqa: S105 - of the demonstration's people, printed by `vez up`


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where the inbox is, and as whom it is opened."""
    for option in (
        click.option("--service", "services", multiple=True, type=click.Choice(SERVICES), help="Only this service."),
        click.option("--database", is_flag=True, help="Go to the databases, past the services."),
        places.data_option,
        click.option("--url", metavar="URL", help="The origin of the running system."),
        click.option("--admin", default=DEMO_ADMIN, show_default=True, metavar="E-MAIL", help="An administrator."),
        click.option("--password", envvar="VEZ_ADMIN_PASSWORD", default=DEMO_PASSWORD, hidden=True),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What the options say."""

    services: tuple[str, ...]
    database: bool
    data: Path
    url: str | None
    admin: str
    password: str


@contextmanager
def _opened(where: Where) -> Iterator[Inbox]:
    """The inbox: through the services when they answer, else in the databases. Raises ClickException."""
    url = where.url or places.origin(where.data, environment())
    served = None if where.database else _sign_in(url, where.admin, where.password)
    if served is None and where.url is not None and not where.database:
        raise click.ClickException(f"{url} does not answer. With --database the databases are asked instead")
    try:
        if served is not None:
            yield served
        else:
            with places.settings(where.data, environment()) as settings:
                yield Stored(settings)
    except (Refused, GivenUp, VezError) as error:
        raise click.ClickException(str(error)) from error


def _sign_in(url: str, admin: str, password: str) -> Served | None:
    """The inbox through the services; None when these do not answer. Raises ClickException when they refuse."""
    try:
        api = Api(Origin(url), patience_seconds=PATIENCE_SECONDS)
        return Served(api, api.sign_in(Session(admin, password)))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    except GivenUp:
        return None
    except Refused as refused:
        raise click.ClickException(
            f"{admin} cannot sign in at {url}: {refused.text}. Name an administrator with --admin and set "
            "VEZ_ADMIN_PASSWORD, or go past the services with --database"
        ) from refused


@click.group()
def inbox() -> None:
    """See and work off the events that could not be handled.

    Asks the services as an administrator, whose password is taken from VEZ_ADMIN_PASSWORD (the demonstration's is the
    default); where they do not answer, the databases.
    """


@inbox.command("list")
@_options
def listed(**given: Any) -> None:
    """List what is parked, newest first."""
    table = Table("service", "id", "event", "of", "tries", "since", "why", box=None, pad_edge=False)
    where = Where(**given)
    with _opened(where) as opened:
        for service in where.services or SERVICES:
            for one in opened.parked(service):
                since = one.received_at.isoformat(" ", "seconds")
                table.add_row(service, one.id, one.name, one.aggregate_id, str(one.tries), since, one.error or "")
    if table.row_count:
        Console(width=None if Console().is_terminal else 400).print(table)
    else:
        click.echo("Nothing is parked")


@inbox.command()
@click.argument("id")
@_options
def retry(id: str, **given: Any) -> None:
    """Run a parked event again; its ID may be shortened to what is unique."""
    where = Where(**given)
    with _opened(where) as opened:
        service, one = find(opened, where.services, id)
        opened.retry(service, one.id)
    click.echo(f"{one.name} {one.id} of {service} is run again")


@inbox.command()
@click.argument("id")
@_options
def discard(id: str, **given: Any) -> None:
    """Give a parked event up: the service does what it does instead."""
    where = Where(**given)
    with _opened(where) as opened:
        service, one = find(opened, where.services, id)
        opened.discard(service, one.id)
    click.echo(f"{one.name} {one.id} of {service} is discarded")
