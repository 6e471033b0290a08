"""`vez person`: the first administrator of a house, by a one-time link; a person's data, given out and erased."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from shared.config import environment
from shared.errors import VezError
from vez import estate, lazy, places
from vez.personal.command import erase, export_data


@click.group("person")
def command() -> None:
    """Make people, the first administrator among them; give out a person's data, and erase it."""


@command.command()
@click.option("--admin", "email", required=True, metavar="E-MAIL", help="The administrator's e-mail address.")
@click.option("--name", help="Their name; the e-mail's first part when not given.")
@places.data_option
def create(email: str, name: str | None, data: Path) -> None:
    """Make an administrator and print the one-time link with which they set their password.

    For who is an administrator already it is a new link. Go to the database that VEZ_IDENTITY_DATABASE_URL (or
    VEZ_DATABASE_URL) names, else to that of `vez up` in the data folder.
    """
    with places.settings(data, environment()) as settings:
        click.echo(invite(settings, email, name))


command.add_command(export_data)
command.add_command(erase)


def invite(settings: dict[str, str], email: str, name: str | None) -> str:
    """The link. Raises ClickException, ConfigError."""
    options: Any = estate.load_options("identity", settings)
    try:
        return str(lazy.load("services.identity.app").invite_administrator(options, email, name))
    except VezError as error:
        wrong = [f"{field}: {message.key % message.values}" for field, m in error.fields.items() for message in m]
        raise click.ClickException("; ".join(wrong) or str(error)) from error
