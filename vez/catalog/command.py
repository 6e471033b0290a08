"""The commands of `vez catalog`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import click

from shared.catalog import reading
from vez.catalog import migrating
from vez.catalog.files import read_text
from vez.catalog.view import counted, show, show_problems, show_warnings
from vez.http import Answer, Origin
from vez.rehearsal.command import rehearse
from vez.replay.api import Api, GivenUp, Refused, Session

CATALOG: Final = "/api/workflow/v1/catalog"
PATIENCE_SECONDS: Final = 5.0
DEMO_ADMIN: Final = "admin@vez.test"
DEMO_PASSWORD: Final = "vez-demo"  # noqa: S105 (of the demonstration's people, printed by `vez up`)

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


def _system(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which system, and as whom."""
    options = (
        click.option("--password", envvar="VEZ_ADMIN_PASSWORD", default=DEMO_PASSWORD, hidden=True),
        click.option("--user", default=DEMO_ADMIN, show_default=True, metavar="E-MAIL", help="An administrator."),
        click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="The running system's origin."),
    )
    for option in options:
        command = option(command)
    return command


@click.group()
def catalog() -> None:
    """The catalog as files: types, flows, queues, calendars.

    The administrator's password is taken from VEZ_ADMIN_PASSWORD; the demonstration's is the default.
    """


@catalog.command()
@click.argument("files", nargs=-1, required=True, type=_file)
@click.option(
    "--global-fallback", is_flag=True, help="The system has a fallback queue (client_online.fallback_queue) of its own."
)
@click.option("--quiet", is_flag=True, help="Say nothing of warnings.")
def validate(files: tuple[Path, ...], global_fallback: bool, quiet: bool) -> None:
    """Judge files, read together as one catalog, without any system. Exit status 1 if anything is wrong."""
    try:
        texts = [(str(file), read_text(file)) for file in files]
        valid = reading.read_all(texts, has_global_fallback=global_fallback)
    except reading.CatalogInvalid as invalid:
        raise click.ClickException(counted(show_problems(invalid.to_wire()), "problem")) from invalid
    if not quiet:
        show_warnings(reading.problems_to_wire(valid.warnings))
    stages = sum(len(type.version.flow.stages) for type in valid.types)
    said = (counted(len(valid.types), "type"), counted(stages, "stage"), counted(len(valid.queues), "queue"))
    click.echo(f"Valid: {', '.join(said)}.")
    people = len(reading.people(valid))
    if people and not quiet:
        click.echo(f"People named by e-mail: {people}; whether they exist is seen when it is applied.")


@catalog.command()
@click.argument("file", type=_file)
@click.option("--prune", is_flag=True, help="Show as retired what the file does not name.")
@_system
def plan(file: Path, prune: bool, **system: str) -> None:
    """Show what applying FILE would change, and which open tickets stay on older versions."""
    show(_put(system, file, prune, dry_run=True))


@catalog.command()
@click.argument("file", type=_file)
@click.option("--prune", is_flag=True, help="Retire what the file does not name: no new tickets; nothing is deleted.")
@click.option("--dry-run", is_flag=True, help="Change nothing, as `plan`.")
@_system
def apply(file: Path, prune: bool, dry_run: bool, **system: str) -> None:
    """Make and change what FILE names. Versions that are published never change: a changed flow is a new version."""
    show(_put(system, file, prune, dry_run=dry_run))


@catalog.command()
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; else standard output."
)
@_system
def export(output: Path | None, **system: str) -> None:
    """Write the present catalog as the file that would make it."""
    text = _called(system, "GET", CATALOG, headers={"Accept": "application/yaml"}).body.decode()
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        click.echo(f"Written to {output}.")


@catalog.command()
@click.option("--type", "code", required=True, metavar="CODE", help="The type whose open tickets are looked at.")
@click.option("--to", required=True, type=click.IntRange(min=1), metavar="N", help="The published version to move to.")
@click.option("--apply", "apply_it", is_flag=True, help="Move those that can; else only tell.")
@_system
def migrate(code: str, to: int, apply_it: bool, **system: str) -> None:
    """Show which open tickets can go on in version N, which cannot and why; with --apply move those that can.

    Each keeps its stage, turn and holder. The same command with the older number moves it back. Tickets that are not
    moved stay on the version that they started on.
    """
    with _answering(system) as (api, admin):
        migrating.show(migrating.outcomes(api, admin, code, to, apply=apply_it), to, apply=apply_it, say=click.echo)


catalog.add_command(rehearse)


def _put(system: Mapping[str, str], file: Path, prune: bool, *, dry_run: bool) -> dict[str, Any]:
    asked = urlencode({"name": file.name, "prune": int(prune), "dry_run": int(dry_run)})
    headers = {"Content-Type": "application/yaml", "If-Match": "*"}
    answer = _called(system, "PUT", f"{CATALOG}?{asked}", read_text(file).encode(), headers=headers)
    found: dict[str, Any] = answer.json()
    return found


def _called(
    system: Mapping[str, str], method: str, path: str, body: bytes | None = None, *, headers: Mapping[str, str]
) -> Answer:
    with _answering(system) as (api, admin):
        return api.call(admin, method, path, body, headers=headers)


@contextmanager
def _answering(system: Mapping[str, str]) -> Iterator[tuple[Api, Session]]:
    """The system that the options name, as the administrator; what it refuses is told. Raises ClickException."""
    try:
        with closing(Origin(system["url"])) as origin:
            api = Api(origin, patience_seconds=PATIENCE_SECONDS)
            yield api, Session(system["user"], system["password"])
    except Refused as refused:
        raise _wrong(refused.problem.get("problems") or (), refused.text) from refused
    except (GivenUp, ValueError) as error:
        raise click.ClickException(str(error)) from error


def _wrong(problems: Iterable[Mapping[str, Any]], text: str) -> click.ClickException:
    count = show_problems(problems)
    return click.ClickException(f"{counted(count, 'problem')}; nothing was changed." if count else text)
