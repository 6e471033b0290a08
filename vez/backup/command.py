"""The two commands."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec
import psycopg
from rich.console import Console

from shared import clock
from shared.config import environment
from shared.contracts.topology import SERVICES
from shared.transaction import Store
from vez import lazy, migrate, places, problems
from vez.backup import copying
from vez.backup.copying import Copied
from vez.embedded import folder as folders
from vez.replay import bars

MANIFEST: Final = "manifest.json"
KEY: Final = "signing-key.pem"
ANOTHER: Final = "take another backup, or copy this one again from where it is kept"
SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
BUSY: Final = """
    SELECT DISTINCT application_name FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'vez-%' ORDER BY 1"""


class Manifest(msgspec.Struct, frozen=True):
    """What a backup is of. It is written last: a folder without it is none."""

    made_at: datetime
    release: str
    services: dict[str, Copied]


_service: Callable[[Any], Any] = click.option(
    "--service", "services", multiple=True, type=click.Choice(SERVICES), help="Only this service; may be repeated."
)


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@_service
@places.data_option
def backup(folder: Path, services: tuple[str, ...], data: Path) -> None:
    """Copy every service's database, of one moment, to FOLDER, which is made. Vez may run meanwhile.

    With them go the settings, the catalog and the references to files, which are rows, and the key that signs tokens.
    The files themselves are in the object store: copy that after this.
    """
    began = clock.monotonic()
    if folder.exists():
        raise click.ClickException(f"{folder} is there already: a backup goes to a folder of its own, which is made")
    with folders.told(folder):
        folder.mkdir(mode=0o700, parents=True)
    try:
        with places.settings(data, environment()) as settings:
            manifest = _save_all(_chosen(settings, services), folder)
            _keep_key(settings, folder)
        folders.write(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        os.sync()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _tell(manifest)
    click.echo(f"Backup: {folder} ({clock.monotonic() - began:.1f} s)")


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@_service
@places.data_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(folder: Path, services: tuple[str, ...], data: Path, yes: bool) -> None:
    """Put a backup in the place of what the databases have: of all services in FOLDER, or of those that are named.

    Every process of a restored service must be stopped. The whole backup is read through before anything is replaced.
    Where only some are restored, the others keep what they have: once the processes run again, the restored ones ask
    for what was said since the backup.
    """
    began = clock.monotonic()
    manifest = _read(folder)
    with places.settings(data, environment()) as settings:
        urls = _chosen(settings, services or tuple(manifest.services))
        _refuse_unfit(manifest, urls)
        if not yes:
            made = manifest.made_at.isoformat(" ", "seconds")
            click.confirm(f"Replace what {', '.join(urls)} have by what they had at {made}?", abort=True)
        for service, url in urls.items():
            _refuse_busy(service, url)
        _examine(folder, {service: manifest.services[service] for service in urls})
        migrate.migrate(urls)
        for service, url in urls.items():
            _restore(service, url, folder, manifest.services[service])
        if "identity" in urls:
            _put_key_back(settings, folder)
    click.echo(f"Restored in {clock.monotonic() - began:.1f} s. Start Vez again; then `vez doctor` says how it is")


def _chosen(settings: Mapping[str, str], services: tuple[str, ...]) -> dict[str, str]:
    urls = places.databases(settings)
    return {service: url for service, url in urls.items() if not services or service in services}


def _store(service: str) -> Store:
    return lazy.load(f"services.{service}.models").STORE  # type: ignore[no-any-return]


@contextmanager
def _bar(name: str, total: int | None) -> Iterator[copying.Told]:
    """How far it has come, for who watches."""
    with bars.shown(Console(stderr=True), transient=True) as shown:
        yield shown.add(name, total).more


@contextmanager
def _reaching(service: str) -> Iterator[None]:
    """Turns what PostgreSQL says into one sentence."""
    try:
        yield
    except psycopg.Error as error:
        raise click.ClickException(f"{service}'s database: {problems.first_line(error)}") from error


# -- saving -----------------------------------------------------------------------------------------------------------


def _save_all(urls: Mapping[str, str], folder: Path) -> Manifest:
    """Save the databases as they were at one moment: every snapshot is taken before the first row is copied."""
    with ExitStack() as stack:
        opened = {}
        for service, url in urls.items():
            with _reaching(service):
                connection = psycopg.connect(url, autocommit=True, connect_timeout=5, application_name="vez-backup")
                opened[service] = stack.enter_context(connection)
        revisions = {service: _snapshot(service, connection) for service, connection in opened.items()}
        made_at = clock.now()
        copied = {}
        for service, connection in opened.items():
            with _reaching(service), _bar(service, None) as told:
                copied[service] = copying.save(connection, _store(service), folder / service, revisions[service], told)
    return Manifest(made_at, importlib.metadata.version("vez"), copied)


def _snapshot(service: str, connection: psycopg.Connection[Any]) -> str:
    """Take the snapshot, by reading the newest migration; it must be this release's. Raises ClickException."""
    with _reaching(service):
        connection.execute(SNAPSHOT)
        row = connection.execute(migrate.PRESENT).fetchone()
    revision = str(row[0]) if row else ""
    if revision != migrate.head(service):
        raise click.ClickException(f"{service}'s tables are not this release's: run vez migrate, or its own release")
    return revision


def _keep_key(settings: Mapping[str, str], folder: Path) -> None:
    path = Path(settings.get("VEZ_IDENTITY_KEY_FILE", ""))
    if path.is_file():
        folders.write(folder / KEY, path.read_bytes())
    else:
        click.echo("The key that signs tokens is not here (VEZ_IDENTITY_KEY_FILE): keep it yourself", err=True)


def _tell(manifest: Manifest) -> None:
    for service, copied in manifest.services.items():
        click.echo(f"{service}: {sum(copied.rows.values()):,} rows in {len(copied.rows)} tables")


# -- restoring --------------------------------------------------------------------------------------------------------


def _read(folder: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise click.ClickException(
            f"{folder} is no backup that was finished: it has no {MANIFEST}. Name the folder that vez backup made"
        ) from error
    except msgspec.DecodeError as error:
        raise click.ClickException(f"{path} was changed ({problems.first_line(error)}): {ANOTHER}") from error


def _refuse_unfit(manifest: Manifest, urls: Mapping[str, str]) -> None:
    """Raises ClickException where the backup has nothing of a service, or other tables than this release."""
    if missing := sorted(urls.keys() - manifest.services.keys()):
        raise click.ClickException(f"This backup has nothing of {', '.join(missing)}: leave that out, or take another")
    for service in urls:
        theirs, ours = manifest.services[service].revision, migrate.head(service)
        if theirs != ours:
            raise click.ClickException(
                f"{service}'s backup is of migration {theirs}, this release's is {ours}: "
                f"restore it with release {manifest.release}, then run vez migrate of this one"
            )


def _refuse_busy(service: str, url: str) -> None:
    """Raises ClickException where a process of Vez uses the database, or it cannot be reached."""
    with _reaching(service), psycopg.connect(url, connect_timeout=5, application_name="vez-restore") as connection:
        if busy := [str(row[0]) for row in connection.execute(BUSY).fetchall()]:
            raise click.ClickException(f"{service}'s database is in use by {', '.join(busy)}: stop these first")


def _examine(folder: Path, copied: Mapping[str, Copied]) -> None:
    """Read all that is to be put back: a damaged file must not be found when half of the services are replaced."""
    with _bar("reading", sum(sum(each.rows.values()) for each in copied.values())) as told:
        for service, each in copied.items():
            with _whole("Nothing was replaced"):
                copying.examine(_store(service), folder / service, each, told)


@contextmanager
def _whole(otherwise: str) -> Iterator[None]:
    """Turns what is wrong with a backup's file into one sentence, which says how things are `otherwise`."""
    try:
        yield
    except copying.Damaged as error:
        raise click.ClickException(f"{error}. {otherwise}: {ANOTHER}") from error


def _restore(service: str, url: str, folder: Path, copied: Copied) -> None:
    rows = sum(copied.rows.values())
    _refuse_busy(service, url)  # again: the first look was before all of the backup was read
    with (
        _reaching(service),
        psycopg.connect(url, connect_timeout=5, application_name="vez-restore") as connection,
        _whole(f"{service} keeps what it had"),
        _bar(service, rows) as told,
    ):
        added = copying.load(connection, _store(service), folder / service, copied, told)
    click.echo(f"{service}: {rows:,} rows; its events are numbered {added:,} higher from here on")


def _put_key_back(settings: Mapping[str, str], folder: Path) -> None:
    kept, path = folder / KEY, settings.get("VEZ_IDENTITY_KEY_FILE", "")
    if kept.is_file() and path and (not Path(path).is_file() or Path(path).read_bytes() != kept.read_bytes()):
        folders.write(Path(path), kept.read_bytes())
        click.echo(f"The key that signs tokens: put back to {path}")
