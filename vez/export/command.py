"""`vez export`: a running system's own tickets out, as an event log."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Final

import click
from rich.console import Console

from vez.export import csv, ocel, reading, xes
from vez.export.spool import Spool
from vez.http import Origin
from vez.logs import LogCase
from vez.replay import bars
from vez.replay.api import Api, GivenUp, Refused, Session
from vez.replay.door import door_options, open_door
from vez.replay.people import NoEntry


def _xes(cases: Iterable[LogCase], out: IO[str], spool: Spool) -> None:
    xes.write(cases, out)


WRITERS: Final[dict[str, Callable[[Iterable[LogCase], IO[str], Spool], None]]] = {
    "xes": _xes,
    "ocel": ocel.write,
    "csv": csv.write,
}


@dataclass(slots=True)
class Count:
    """How much was written."""

    cases: int = 0
    events: int = 0
    without_events: int = 0

    def passing(self, cases: Iterable[LogCase]) -> Iterator[LogCase]:
        """The same cases, counted; those without events are left out, since nothing can be learnt from them."""
        for case in cases:
            if case.events:
                self.cases += 1
                self.events += len(case.events)
                yield case
            else:
                self.without_events += 1


@click.command()
@click.option("--format", "form", required=True, type=click.Choice(list(WRITERS)), help="How the log is written.")
@click.option("--type", metavar="CODE", help="Only the tickets of this type.")
@click.option(
    "-o", "--output", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; compressed where its name ends in .gz.",
)  # fmt: skip
@door_options
def export(form: str, type: str | None, output: Path, url: str, admin: str, password: str) -> None:
    """Write the house's own tickets as an event log, which `vez discover` and `vez replay` read.

    The administrator's password is taken from VEZ_ADMIN_PASSWORD; the demonstration's is the default.
    """
    count = Count()
    session = Session(admin, password)
    try:
        with Origin(url) as origin, bars.shown(Console(stderr=True)) as shown, replaced(output) as out:
            api = Api(origin)
            open_door(api, session)
            bar = shown.add("tickets", reading.how_many(api, session, type))
            found = reading.cases(api, session, type=type, read_one=bar.one_more)
            with Spool(output.parent) as spool:
                WRITERS[form](count.passing(found), out, spool)
            if not count.cases:
                raise click.ClickException(_nothing(type))
    except (ValueError, NoEntry, GivenUp) as error:
        raise click.ClickException(str(error)) from error
    except Refused as refused:
        raise click.ClickException(f"{url} refused: {refused.text}") from refused
    click.echo(f"Written to {output}: {count.cases:,} cases, {count.events:,} events.", err=True)
    if count.without_events:
        click.echo(f"Left out, since they entered no stage yet: {count.without_events:,}.", err=True)


def _nothing(type: str | None) -> str:
    if type is None:
        return "There is no ticket that entered a stage, so there is nothing to write."
    return f"There is no ticket of the type {type} that entered a stage, so there is nothing to write."


@contextmanager
def replaced(path: Path) -> Iterator[IO[str]]:
    """A text file that takes the place of `path` when the block ends well, and leaves it alone when it does not."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as raw:
            packed = gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) if path.suffix == ".gz" else raw
            with packed, TextIOWrapper(packed, "utf-8", newline="") as text:
                yield text
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
