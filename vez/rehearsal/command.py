"""`vez catalog rehearse`: a draft tried on what really happened, before it is published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from services.workflow.rules.settings import FALLBACK_QUEUE
from shared import clock
from shared.catalog import reading
from shared.catalog.definitions import Catalog, Type
from vez.catalog.files import read_text
from vez.http import Origin
from vez.logs import LogError
from vez.rehearsal import logs, page, report
from vez.rehearsal.findings import GRAVE, PROBLEMS, Problem, found
from vez.rehearsal.house import House
from vez.rehearsal.reading import Reader
from vez.rehearsal.recorded import Recorded
from vez.rehearsal.run import rehearse as walk_all
from vez.replay import bars
from vez.replay.api import Api, GivenUp, Refused, Session
from vez.replay.door import DEMO_ADMIN, DEMO_PASSWORD, open_door
from vez.replay.people import NoEntry

NOTHING: Final = "nothing"
SPAN: Final = re.compile(r"([1-9][0-9]{0,4})([dh])")
UNITS: Final = {"d": "days", "h": "hours"}

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


class Span(click.ParamType):  # type: ignore[type-arg]  # generic only in the checker
    """How far back: `90d`, `12h`."""

    name = "SPAN"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The time that the text says."""
        if isinstance(value, timedelta):
            return value
        said = SPAN.fullmatch(value)
        if said is None:
            self.fail(f"{value} is no span: write days or hours, as 90d or 12h.", param, ctx)
        return timedelta(**{UNITS[said[2]]: int(said[1])})


@click.command()
@click.argument("file", type=_file)
@click.option("--since", type=Span(), metavar="SPAN", help="Only tickets made since: days or hours. [90d; a log: all]")
@click.option("--log", "log_file", type=_file, help="Rehearse the cases of this event log, and ask no system.")
@click.option("--type", "code", metavar="CODE", help="Only tickets of this type.")
@click.option(
    "--fail-on",
    type=click.Choice([*PROBLEMS, NOTHING]),
    multiple=True,
    default=GRAVE,
    show_default=True,
    help="What makes the exit status 1; may be said several times.",
)
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the whole report."
)
@click.option(
    "--page",
    "page_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it as a page with charts.",
)
@click.option("--default-attendant", metavar="E-MAIL", help="With --log: who gets a stage that has no rule.")
@click.option("--password", envvar="VEZ_ADMIN_PASSWORD", default=DEMO_PASSWORD, hidden=True)
@click.option("--user", default=DEMO_ADMIN, show_default=True, metavar="E-MAIL", help="An administrator.")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="The running system's origin.")
def rehearse(
    file: Path, since: timedelta | None, log_file: Path | None, code: str | None, fail_on: Sequence[Problem],
    json_file: Path | None, page_file: Path | None, default_attendant: str | None, url: str, user: str, password: str,
) -> None:  # fmt: skip
    """Walk tickets that really were through the draft in FILE, and tell what would have become of them.

    It reads the house's own tickets, or a log, and touches nothing. Each move is tried at the time at which it was
    made, by the rules by which a published flow would decide it; the draft's clocks run as they would have run.
    """
    if default_attendant is not None and log_file is None:
        raise click.UsageError("--default-attendant goes with --log: a running system has its setting.")
    now = clock.now()
    console = Console(stderr=True)
    with _told(url):
        if log_file is not None:
            told = _of_log(file, log_file, code, now - since if since is not None else None, default_attendant, console)
        else:
            told = _of_house(file, url, Session(user, password), code, now - (since or timedelta(days=90)), console)
    draft, house, tickets = told
    unknown = sorted(set(reading.people(draft)) - house.ids.keys())
    if unknown:
        click.echo(f"Nobody has these e-mails, so nobody stands for them: {', '.join(unknown)}.", err=True)
    findings = walk_all(draft, house, tickets, now, walked_one=lambda: None)
    wanted = [problem for problem in PROBLEMS if problem in fail_on]
    failed, source = found(findings, wanted), str(log_file or url)
    report.show(findings, failed, Console(soft_wrap=True, highlight=False))
    if json_file is not None:
        report.write_json(report.to_wire(findings, failed, source=source, now=now), json_file)
    if page_file is not None:
        page.write_page(findings, failed, page_file, draft=file.name, source=source, now=now)
    if failed:
        raise SystemExit(1)


@contextmanager
def _told(url: str) -> Iterator[None]:
    """What keeps a rehearsal from beginning, told. Raises ClickException."""
    try:
        yield
    except reading.CatalogInvalid as invalid:
        lines = "\n".join(map(str, invalid.problems))
        raise click.ClickException(f"The draft is no catalog that can be used:\n{lines}") from invalid
    except (LogError, ValueError, NoEntry, GivenUp) as error:
        raise click.ClickException(str(error)) from error
    except Refused as refused:
        raise click.ClickException(f"{url} refused: {refused.text}") from refused


Material = tuple[Catalog, House, list[Recorded]]


def _of_log(
    file: Path, log: Path, code: str | None, since: datetime | None, default_attendant: str | None, console: Console
) -> Material:
    draft = _only(reading.read(read_text(file), str(file)), code)
    if len(draft.types) != 1:
        raise click.UsageError(f"{file} has {len(draft.types)} types: say with --type which the log's cases are of.")
    house = logs.house(draft, default_attendant and default_attendant.lower())
    cases = logs.LogReader(log, draft.types[0])
    with bars.shown(console) as shown:
        return draft, house, list(cases.tickets(since, shown.add("cases", len(cases)).one_more))


def _of_house(file: Path, url: str, admin: Session, code: str | None, since: datetime, console: Console) -> Material:
    text = read_text(file)
    with Origin(url) as origin, bars.shown(console) as shown:
        api = Api(origin)
        open_door(api, admin)
        reader = Reader(api, admin)
        present, settings = reader.catalog(), reader.settings()
        has_fallback = settings.get(FALLBACK_QUEUE) is not None
        whole = reading.read(text, str(file), known=present, has_global_fallback=has_fallback)
        draft = _only(whole, code)
        house = reader.house(_over(present, whole), settings)
        bar = shown.add("tickets", None)
        return draft, house, [ticket for type in draft.types for ticket in _tickets(reader, type, since, bar)]


def _tickets(reader: Reader, type: Type, since: datetime, bar: bars.Bar) -> Iterator[Recorded]:
    asks = any(stage.understanding == "required" for stage in type.version.flow.stages)
    return reader.tickets(type.code, since, with_understandings=asks, read_one=bar.one_more)


def _only(draft: Catalog, code: str | None) -> Catalog:
    """The draft with the one type that is asked for. Raises ClickException where it has none of that code."""
    if code is None:
        return draft
    if code not in draft.type_by_code:
        raise click.ClickException(f"The draft has no type {code}; it has {', '.join(draft.type_by_code)}.")
    return replace(draft, types=(draft.type_by_code[code],))


def _over(present: Catalog, draft: Catalog) -> Catalog:
    """Queues and calendars as they would be with the draft applied."""
    queues = {**present.queue_by_code, **draft.queue_by_code}
    calendars = {**present.calendar_by_code, **draft.calendar_by_code}
    return replace(draft, queues=tuple(queues.values()), calendars=tuple(calendars.values()))
