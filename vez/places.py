"""Where an installation is: its databases and its public origin. Told by variables, else found in a data folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from shared.contracts.topology import SERVICES
from vez import migrate
from vez.embedded import folder as folders
from vez.embedded import postgres, wiring
from vez.embedded.folder import Folder

PUBLIC_URL = "http://127.0.0.1:8000"

data_option: Callable[[Any], Any] = click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path(".vez"),
    envvar="VEZ_DATA",
    show_default=True,
    help="The data folder of `vez up`.",
)


def origin(data: Path, environ: Mapping[str, str]) -> str:
    """The public origin: the running stack's on that folder, else VEZ_PUBLIC_URL."""
    running = folders.find_running(Folder(data))
    if running is not None and "VEZ_PUBLIC_URL" not in environ:
        return running.url
    return environ.get("VEZ_PUBLIC_URL", PUBLIC_URL)


@contextmanager
def settings(data: Path, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Variables with which the services' databases are reached, for the length of the block.

    Those of `environ` where it names a database; else those of the stack on the data folder, whose PostgreSQL is
    started for this where the stack does not run. Raises ClickException where there is neither.
    """
    if any(name.endswith("DATABASE_URL") and name.startswith("VEZ_") for name in environ):
        yield dict(environ)
        return
    folder = Folder(data.expanduser().absolute())
    if not (folder.postgres / postgres.COMPLETE).exists():
        raise click.ClickException(f"There is no data in {folder.root}: give --data, or set VEZ_DATABASE_URL")
    running = folders.find_running(folder) if folders.is_locked(folder) else None
    if running is not None:
        yield wiring.chosen(_variables(folder, Path(running.sockets), running.url, running.store_port), environ)
        return
    with folders.lock(folder), tempfile.TemporaryDirectory(prefix="vez-") as sockets:
        server = postgres.start(folder.postgres, Path(sockets), log=folder.log("postgres"))
        try:
            yield wiring.chosen(_variables(folder, Path(sockets), PUBLIC_URL), environ)
        finally:
            server.stop()


def _variables(folder: Folder, sockets: Path, url: str, store_port: int = 0) -> dict[str, str]:
    secrets = folders.load_secrets(folder)
    return wiring.variables(folder, secrets, sockets, url=url, store_port=store_port, mail_port=0)


def databases(found: Mapping[str, str]) -> dict[str, str]:
    """The address of each service's database among `settings`. Raises ConfigError."""
    return migrate.urls_of(SERVICES, found)
