"""`vez outbox status`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from shared import clock
from shared.config import environment
from shared.database import Database
from shared.errors import Retryable
from shared.operations import Outbox, outbox_status
from vez import places


@click.group()
def outbox() -> None:
    """See the events that were not sent yet."""


@outbox.command()
@places.data_option
def status(data: Path) -> None:
    """Show how many events of each service were not handed to the broker yet, and since when."""
    table = Table("service", "not sent", "oldest", "newest sent", box=None, pad_edge=False)
    with places.settings(data, environment()) as settings:
        for service, url in places.databases(settings).items():
            state = read(service, url)
            oldest = f"{(clock.now() - state.oldest).total_seconds():.0f} s" if state.oldest else "-"
            newest = state.newest_sent.isoformat(" ", "seconds") if state.newest_sent else "-"
            table.add_row(service, str(state.unsent), oldest, newest)
    Console().print(table)


def read(service: str, url: str) -> Outbox:
    """The state of a service's outbox. Raises ClickException."""
    database = Database(url, application_name="vez-outbox", size=1)
    try:
        with database.reader() as reader:
            return outbox_status(reader)
    except Retryable as error:
        raise click.ClickException(f"The database of {service} cannot be reached") from error
    finally:
        database.close()
