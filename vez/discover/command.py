"""`vez discover`: an event log in, a catalog file out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from shared.catalog.reading import CatalogInvalid
from vez.discover import writing
from vez.discover.options import log_options, read_draft


@click.command()
@log_options
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it. [standard output]"
)
def discover(log: Path, output: Path | None, **how: Any) -> None:
    """Read an event log (XES or CSV) and write a catalog whose flow is its directly-follows graph."""
    found = read_draft(log, **how)
    written = writing.text(found)
    try:
        writing.checked(found, written)
    except CatalogInvalid as error:
        lines = "\n".join(map(str, error.problems))
        raise click.ClickException(f"{log.name} makes no catalog that can be used:\n{lines}") from error
    if output is None:
        click.echo(written, nl=False)
    else:
        _save(output, written)
    if found.survey.without_events:
        click.echo(f"{found.survey.without_events:,} cases without events were left out.", err=True)
    click.echo(f"{found.code}: {writing.summary(found)}.", err=True)


def _save(output: Path, written: str) -> None:
    try:
        output.write_text(written, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror or error}.") from error
