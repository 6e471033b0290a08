"""`vez audit verify`: the audit log of every service and the stage history of every ticket are as they were written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shared import audit as chains
from shared.config import environment
from shared.contracts.topology import SERVICES
from shared.database import Database, Reader
from vez import lazy, places

COLUMNS: Final = (
    TextColumn("{task.description:<24}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeRemainingColumn(elapsed_when_finished=True),
)
SORTED_IN_MEMORY: Final = "SET work_mem = '64MB'"


@dataclass(frozen=True, slots=True)
class Chained:
    """What is chained in a service's database: how many rows, and what is wrong with the first that is."""

    name: str
    count: Callable[[Reader], int]
    verdict: Callable[[Reader, Callable[[int], None]], str | None]


@click.group("audit")
def audit() -> None:
    """The record of what was done, chained by hash."""


@audit.command()
@click.option("--service", "services", multiple=True, type=click.Choice(SERVICES), help="Only this service.")
@places.data_option
def verify(services: tuple[str, ...], data: Path) -> None:
    """Find what was changed, inserted, removed or moved behind Vez's back; exit status 1 when something was.

    Goes through every service's audit log and through the stage history of every ticket, and names the first bad entry
    of each. Vez may run meanwhile. Goes to the databases that the variables name, else to those of `vez up` on the data
    folder.
    """
    wrong = 0
    progress = Progress(*COLUMNS, console=Console(stderr=True), transient=True)
    with places.settings(data, environment()) as settings, progress:
        urls = places.databases(settings)
        for service in services or SERVICES:
            with _reader(urls[service]) as reader:
                wrong += sum([_verify(reader, chained, progress) for chained in _chained(service)])
    sys.exit(1 if wrong else 0)


def _verify(reader: Reader, chained: Chained, progress: Progress) -> bool:
    """Whether something is wrong; says what, or how much is as it was written."""
    count = chained.count(reader)
    task = progress.add_task(chained.name, total=count)
    found = chained.verdict(reader, lambda seen: progress.update(task, completed=seen))
    progress.update(task, completed=count)
    click.echo(f"{chained.name}: {found}" if found else f"{chained.name}: {count} entries, all as they were written")
    return found is not None


@contextmanager
def _reader(url: str) -> Iterator[Reader]:
    database = Database(url, application_name="vez-audit", size=1, statement_timeout_ms=0)
    try:
        with database.reader() as reader:
            reader.connection.execute(SORTED_IN_MEMORY)
            yield reader
    finally:
        database.close()


def _chained(service: str) -> list[Chained]:
    store: Any = lazy.load(f"services.{service}.models").STORE
    found = [
        Chained(
            f"{service} audit log",
            lambda reader: chains.entry_count(reader, store.metadata),
            lambda reader, progress: chains.verdict(reader, store.metadata, store.aggregates, progress),
        )
    ]
    if lazy.exists(f"services.{service}.queries.chains"):
        history: Any = lazy.load(f"services.{service}.queries.chains")
        found.append(Chained(f"{service} stage history", history.history_count, history.history_verdict))
    return found
