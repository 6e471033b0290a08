"""`vez replay`: an event log in, a running system's answer out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from vez.discover.options import log_options, read_draft
from vez.http import Origin
from vez.replay.api import Api, GivenUp, Refused, Session
from vez.replay.door import door_options
from vez.replay.people import NoEntry
from vez.replay.report import Report, show, write_json
from vez.replay.run import How, run


@click.command()
@log_options
@door_options
@click.option("--cases", type=click.IntRange(min=1), metavar="N", help="Only the log's first N cases.")
@click.option(
    "--concurrency",
    type=click.IntRange(1, 512),
    default=How().concurrency,
    show_default=True,
    metavar="N",
    help="How many cases are played at once.",
)
@click.option("--mail", is_flag=True, help="Tell the people by e-mail too, not only in the application.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the whole report."
)
def replay(
    log: Path, url: str, admin: str, password: str, cases: int | None, concurrency: int, mail: bool,
    json_file: Path | None, **how: Any,
) -> None:  # fmt: skip
    """Play an event log against a running system and check that its history says what the log says.

    The administrator's password is taken from VEZ_ADMIN_PASSWORD; the demonstration's is the default.
    """
    console = Console(stderr=True)
    draft = read_draft(log, cases=cases, **how)
    try:
        with Origin(url) as origin:
            report = run(Api(origin), Session(admin, password), draft, How(concurrency, mail), console)
    except (ValueError, NoEntry, GivenUp) as error:
        raise click.ClickException(str(error)) from error
    except Refused as refused:
        raise click.ClickException(f"{url} refused: {refused.text}") from refused
    show(report, Console())
    if json_file is not None:
        _save(report, json_file)
    click.echo(f"mismatches: {report.mismatches}")
    if report.mismatches:
        raise SystemExit(1)


def _save(report: Report, path: Path) -> None:
    try:
        write_json(report, path)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror or error}.") from error
