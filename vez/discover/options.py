"""How a command is told which log to read, and how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from vez.discover.draft import Draft, draft
from vez.discover.survey import CLIENT_ATTRIBUTE, survey
from vez.logs import Columns, LogError, open_log

F = TypeVar("F", bound=Callable[..., Any])


def log_options(command: F) -> F:
    """The argument and options that `discover` and `replay` have in common."""
    for option in (
        click.option("--client-attribute", default=CLIENT_ATTRIBUTE, show_default=True, metavar="KEY",
                     help="The attribute of a case's first event that names who opens it."),
        click.option("--timestamp-format", metavar="FORM", help="How the CSV writes times, e.g. '%d/%m/%Y %H:%M'."),
        click.option("--resource", metavar="COLUMN", help="The CSV column of who did it. [org:resource]"),
        click.option("--timestamp", metavar="COLUMN", help="The CSV column of when. [time:timestamp]"),
        click.option("--activity", metavar="COLUMN", help="The CSV column of what was done. [concept:name]"),
        click.option("--case", metavar="COLUMN",
                     help="The CSV column of the case [case:concept:name]; OCEL's type of objects [ticket]."),
        click.option("--classifier", metavar="NAME", help="The classifier of the XES log that names its events."),
        click.argument("log", type=click.Path(path_type=Path)),
    ):  # fmt: skip
        command = option(command)
    return command


def read_draft(
    log: Path,
    *,
    classifier: str | None,
    case: str | None,
    activity: str | None,
    timestamp: str | None,
    resource: str | None,
    timestamp_format: str | None,
    client_attribute: str,
    cases: int | None = None,
) -> Draft:
    """The draft of the log that the options name, or of its first `cases`. Raises ClickException where it is bad."""
    columns = Columns(case, activity, timestamp, resource, timestamp_format)
    try:
        opened = open_log(log, classifier=classifier, columns=columns)
        return draft(survey(opened, client_attribute=client_attribute, most=cases))
    except LogError as error:
        raise click.ClickException(str(error)) from error
