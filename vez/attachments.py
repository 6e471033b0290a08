"""`vez attachments verify`: every file's row has its object, every object its row, and a sample is intact."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from shared.config import environment
from vez import estate, lazy, places

SHOWN: Final = 20
WORDS: Final = {
    "lost": "contents whose object is not in the store",
    "wrong_size": "objects whose size is not their content's",
    "damaged": "objects that do not hold what their name says",
    "no_thumbnail": "contents whose small picture is not in the store",
    "miscounted": "contents whose count is not the number of files that have them",
    "orphans": "objects that no row names",
}


@click.group("attachments")
def attachments() -> None:
    """The files of tickets."""


@attachments.command()
@click.option("--sample", type=click.IntRange(0, 100), default=5, show_default=True, help="Percent that is re-hashed.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@places.data_option
def verify(sample: int, as_json: bool, data: Path) -> None:
    """Compare rows with objects, both ways, and hash a sample anew; exit status 1 when they do not agree.

    Goes to the database and store that the variables name, else to those of the running `vez up` on the data folder.
    """
    with places.settings(data, environment()) as settings:
        _refuse_without_store(settings)
        findings = _verify(settings, sample / 100)
    if as_json:
        click.echo(msgspec.json.encode(findings).decode())
    else:
        _tell(findings)
    sys.exit(0 if findings.ok else 1)


def _refuse_without_store(settings: dict[str, str]) -> None:
    """On a data folder the store runs only while `vez up` does. Raises ClickException."""
    if settings.get("VEZ_ATTACHMENTS_S3_URL", "").endswith(":0"):
        raise click.ClickException("The object store does not run: start `vez up` on this folder first")


def _verify(settings: dict[str, str], sample: float) -> Any:
    options = estate.load_options("attachments", settings)
    run = lazy.load("services.attachments.app").verify
    columns = SpinnerColumn(), TextColumn("{task.completed:.0f} contents compared")
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("compare", total=None)
        return run(options, sample=sample, progress=lambda count: progress.update(task, completed=count))


def _tell(findings: Any) -> None:
    for name, says in WORDS.items():
        found = getattr(findings, name)
        if found:
            click.echo(f"{len(found)} {says}:")
            for each in found[:SHOWN]:
                click.echo(f"  {each}")
    click.echo(f"{findings.contents} contents compared, {findings.hashed} hashed anew")
    click.echo("rows and objects agree" if findings.ok else "rows and objects do not agree")
